#!/usr/bin/env bash
# openstacksdk 4.22.0
#
# The vendor profile `rackspace` offers the region LON, and sends its users to the Identity service of
# the United States. Accounts of the United Kingdom exist only at lon.identity.api.rackspacecloud.com, so a
# clouds.yaml that is complete by openstacksdk's own documentation cannot sign a UK user in.
. "$(dirname "$0")/lib.sh"
python_with openstacksdk==4.22.0
cd "$work"
cat >clouds.yaml <<'YAML'
clouds:
  uk:
    profile: rackspace
    auth: {username: uk-ops, password: not-a-secret, project_id: "222222"}
    region_name: LON
YAML
seen=$(HOME=$work "$python" -c '
import openstack.config
cloud = openstack.config.OpenStackConfig().get_one(cloud="uk")
print(cloud.region_name, cloud.config["auth"]["auth_url"])')
expect "region and Identity" "$seen" "LON https://identity.api.rackspacecloud.com/v2.0/"
