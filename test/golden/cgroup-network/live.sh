# shellcheck shell=bash
setup() { is_unified || own_cgroups net_cls,net_prio; }
twin() { if is_unified; then plain_twin 2>&1; else in_own_cgroups net_cls,net_prio; fi; }
