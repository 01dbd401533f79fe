/* Idmapped mounts, and what refuses to be one. */
#include "attributes.h"
#include "io.h"
#include "procfs.h"
#include "sys.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* One line of mountinfo: `id parent MAJOR:MINOR root MOUNTPOINT … - TYPE …`. */
struct mount_line {
    const char *device, *place, *type;
    int device_length, place_length, type_length;
};

static bool parse_mount(const char *line, struct mount_line *mount) {
    const char *words[5];
    for (int i = 0; i < 5; i++) {
        words[i] = line;
        line += strcspn(line, " ");
        if (!*line++)
            return false;
    }
    const char *separator = strstr(line - 1, " - ");
    if (!separator)
        return false;
    *mount = (struct mount_line){.device = words[2], .place = words[4], .type = separator + strlen(" - ")};
    mount->device_length = (int)strcspn(mount->device, " ");
    mount->place_length = (int)strcspn(mount->place, " ");
    mount->type_length = (int)strcspn(mount->type, " ");
    return true;
}

/* Whether the list `a, b` has the type. */
static bool is_listed(const char *list, const struct mount_line *mount) {
    size_t length = (size_t)mount->type_length;
    for (const char *found = list; *found; found += strcspn(found, " "), found += *found == ' ')
        if (strcspn(found, ",") == length && strncmp(found, mount->type, length) == 0)
            return true;
    return false;
}

/* The types of the file systems of the tree. Those of mounts below are found by their place on the
   host: that of the source, which is for the eyes of people only. */
static bool name_types(
    const struct stub *stub, int tree, const struct stub_idmap *arg, char *types, size_t size) {
    struct stat status;
    autoclose int file = open_in_procfs(stub, "self/mountinfo", O_RDONLY);
    size_t length;
    autofree char *text = file < 0 ? NULL : read_all(file, 64 << 20, &length);
    if (!text || fstat(tree, &status) < 0)
        return false;
    char *position = NULL;
    char device[32];
    int device_length = snprintf(device, sizeof device, "%u:%u", major(status.st_dev), minor(status.st_dev));
    size_t source_length = strlen(arg->source.text);
    *types = '\0';
    for (char *line = strtok_r(text, "\n", &position); line; line = strtok_r(NULL, "\n", &position)) {
        struct mount_line mount;
        if (!parse_mount(line, &mount))
            continue;
        bool is_top =
            mount.device_length == device_length && strncmp(mount.device, device, (size_t)device_length) == 0;
        bool is_below = arg->recursive.n && (size_t)mount.place_length > source_length &&
                        strncmp(mount.place, arg->source.text, source_length) == 0 &&
                        mount.place[source_length] == '/';
        size_t end = strlen(types);
        if ((is_top || is_below) && !is_listed(types, &mount))
            snprintf(types + end, size - end, "%s%.*s", end ? ", " : "", mount.type_length, mount.type);
    }
    return *types != '\0';
}

int op_idmap(struct stub *stub, const struct stub_idmap *arg) {
    int tree = slot(stub, &arg->tree);
    int namespace = tree < 0 ? -1 : slot(stub, &arg->namespace);
    if (namespace < 0)
        return -1;
    const struct sys_mount_attr attributes = {.set = MOUNT_ATTR_IDMAP, .userns = (uint64_t) namespace};
    unsigned flags = AT_EMPTY_PATH | (arg->recursive.n ? AT_RECURSIVE : 0);
    if (sys_mount_setattr(tree, "", flags, &attributes) == 0)
        return 0;
    int error = errno;
    char types[128];
    /* Looked for first, since a failure to find them is not the one that counts. */
    bool named = name_types(stub, tree, arg, types, sizeof types);
    failed_with(error, "mount_setattr(MOUNT_ATTR_IDMAP)", "%s", arg->source.text);
    if (error == ENOSYS)
        failure_detail("idmapped mounts need Linux 5.12");
    else if (error == EINVAL && named)
        failure_detail(strchr(types, ',') ? "the file systems are %s" : "the file system is %s", types);
    return -1;
}
