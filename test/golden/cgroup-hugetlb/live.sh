# shellcheck shell=bash
setup() { is_unified || own_cgroups hugetlb; }
twin() { if is_unified; then plain_twin; else in_own_cgroups hugetlb; fi; }
