# shellcheck shell=bash
# Sourced by run: the kernel that a release has for virtual machines, its modules, and an initramfs that does no more than
# to find the disk.

# What leads to the disk and to the ports of the agent.
early_modules=(virtio_pci virtio_blk ext4 virtio_console)

# Unpacked rather than installed: no script of a package looks for a boot loader, and one release's kernel fits under
# another's root.
add_kernel() {
  local folder=$1 packages=$1/kernel modules version vmlinuz
  debian --variant=extract --include=linux-image-cloud-amd64 "$release" "$packages"
  # Where they are depends on the release: modules without /usr until trixie, the kernel beside its modules since sid.
  modules=$(first "$packages"/usr/lib/modules/* "$packages"/lib/modules/*)
  version=${modules##*/}
  vmlinuz=$(first "$packages/boot/vmlinuz-$version" "$modules/vmlinuz")
  [ -n "$version" ] && [ -n "$vmlinuz" ] || fail "there is no kernel in the packages of $release"
  cp "$vmlinuz" "$folder/vmlinuz"
  mkdir -p "$folder/root/usr/lib/modules"
  mv "$modules" "$folder/root/usr/lib/modules/$version"
  rm -rf --one-file-system "$packages"
  depmod --basedir "$folder/root" "$version"
  make_initramfs "$folder" "$version"
}

# The first of the paths that is there; none if none is.
first() {
  local path
  for path; do
    if [ -e "$path" ]; then
      echo "$path"
      return
    fi
  done
}

make_initramfs() {
  local folder=$1 version=$2 tree=$1/initramfs.tree
  mkdir -p "$tree"/{bin,dev,modules,proc,root,sys}
  cp "$folder/root/usr/bin/busybox" "$tree/bin/busybox"
  install -m 755 "$guest/inside/init" "$tree/init"
  copy_modules "$folder/root" "$version" "$tree/modules"
  (cd "$tree" && find . -print0 | cpio --quiet --null --create --format=newc --owner=0:0) >"$folder/initramfs"
  rm -rf "$tree"
}

# Numbered in the order in which they are to be loaded, and unpacked: busybox may not know how.
copy_modules() {
  local root=$1 version=$2 to=$3 number=10 kind file
  while read -r kind file _; do
    [ "$kind" = insmod ] || continue
    case $file in
      *.xz) xz --decompress --stdout "$file" >"$to/$number.ko" ;;
      *.zst) zstd --quiet --decompress --stdout "$file" >"$to/$number.ko" ;;
      *) cp "$file" "$to/$number.ko" ;;
    esac
    number=$((number + 1))
  done < <(modprobe --dirname "$root" --set-version "$version" --show-depends --all "${early_modules[@]}" | awk '!seen[$2]++')
}
