#!/usr/bin/env bash
# openstacksdk 4.22.0, python-openstackclient 10.5.0
#
# OS_REGION_NAME with OS_CLOUD, one clouds.yaml with `profile: rackspace` and `region_name: IAD`.
# One would expect both to read the variable, or neither. The SDK ignores it; the command line takes it,
# and then refuses ORD as not a valid region of the cloud, though the vendor profile lists ORD: a
# `region_name` in the file replaces the vendor's list of regions.
. "$(dirname "$0")/lib.sh"
python_with openstacksdk==4.22.0 python-openstackclient==10.5.0
cd "$work"
cat >clouds.yaml <<'YAML'
clouds:
  prod:
    profile: rackspace
    auth: {username: prod-ops, password: not-a-secret, project_id: "111111"}
    region_name: IAD
YAML
export HOME=$work OS_CLOUD=prod OS_REGION_NAME=ORD
sdk=$("$python" -c 'import openstack.config as c; print(c.OpenStackConfig().get_one().region_name)')
expect "region of the SDK" "$sdk" "IAD"
cli=$("$work/venv/bin/openstack" configuration show 2>&1 | tail -n 1 || true)
expect "command line" "$cli" "Region ORD is not a valid region name for cloud prod. Valid choices are IAD. Please note that region names are case sensitive."
