# shellcheck shell=bash
setup() { own_cgroups hugetlb; }
twin() { in_own_cgroups hugetlb; }
