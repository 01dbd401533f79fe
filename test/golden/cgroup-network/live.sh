# shellcheck shell=bash
setup() { own_cgroups net_cls,net_prio; }
twin() { in_own_cgroups net_cls,net_prio; }
