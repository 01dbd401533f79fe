# shellcheck shell=bash
cgroup_name() { echo "/${CGROUP}/nested/path"; }
