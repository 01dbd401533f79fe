# shellcheck shell=bash
twin() { in_own_unified; }
