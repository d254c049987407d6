#!/usr/bin/env bash
# openstacksdk 4.22.0
#
# A syntax error in one entry of clouds.yaml is no error: the file is skipped without a word (a warning goes
# to a logger that nobody has set up), and OS_* variables of the environment are used in its place. The
# account that is asked is another one.
. "$(dirname "$0")/lib.sh"
python_with openstacksdk==4.22.0
cd "$work"
cat >clouds.yaml <<'YAML'
clouds:
  prod:
    profile: rackspace
    auth: {username: prod-ops, password: a{b}c, project_id: "111111"}
    region_name: IAD
YAML
export HOME=$work OS_USERNAME=staging-ops OS_PASSWORD=not-a-secret OS_PROJECT_ID=222222
export OS_AUTH_URL=https://identity.example.com/v2.0 OS_REGION_NAME=ORD
seen=$("$python" -c '
import openstack.config
cloud = openstack.config.OpenStackConfig().get_one()
print(cloud.name, cloud.config["auth"]["username"])' 2>"$work/stderr")
expect "cloud and user" "$seen" "envvars staging-ops"
expect "bytes on stderr" "$(wc -c <"$work/stderr" | tr -d " ")" "0"
