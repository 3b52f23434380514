/*
 * Loaded before libc (LD_PRELOAD), this stands between a program and one folder of its disk.
 *
 *   DISK_FOLDER  the folder, as an absolute path without links
 *   DISK_LOG     every change to a file of the folder is appended to this file, in the order in which the program made it
 *   DISK_FAULT   what goes wrong: "N ERRNO once|on", ERRNO as a number or "short"; N counts changes and syncs from 1
 *
 * A program that makes a symbolic link DISK_FOLDER/fault sets what goes wrong while it runs and counts from 1 again; one that
 * reads that link learns how often something has gone wrong since. The link itself is never made.
 *
 * The log: "KIND OFFSET LENGTH PATH\n" and LENGTH bytes. C created, W written, T truncated to OFFSET, S synced (an empty
 * path is the folder itself), F not synced although asked to, R renamed and L linked to the path in the bytes, U unlinked.
 * Paths are relative to the folder.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SHORT_WRITE (-1)

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static int log_file = -1;
static long fault_in;
static int fault_error;
static int fault_goes_on;
static long faults_made;

/* All calls of this file itself go to the kernel: no libc function of the same name stands between. */

static void set_fault(const char *text) {
  char error[16] = "", how[8] = "";
  fault_in = faults_made = 0;
  if (sscanf(text, "%ld %15s %7s", &fault_in, error, how) != 3) return;
  fault_error = strcmp(error, "short") == 0 ? SHORT_WRITE : atoi(error);
  fault_goes_on = strcmp(how, "on") == 0;
}

__attribute__((constructor)) static void begin(void) {
  folder = getenv("DISK_FOLDER");
  const char *log = getenv("DISK_LOG"), *fault = getenv("DISK_FAULT");
  if (log) log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fault) set_fault(fault);
}

/* The path below the folder ("" for the folder itself), or NULL for anything else. */
static const char *below_folder(const char *path) {
  if (!folder || !path) return NULL;
  size_t length = strlen(folder);
  if (strncmp(path, folder, length) != 0) return NULL;
  if (path[length] == 0) return path + length;
  return path[length] == '/' ? path + length + 1 : NULL;
}

static const char *path_of(int file, char *buffer) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, buffer, PATH_MAX - 1);
  if (length < 0) return NULL;
  buffer[length] = 0;
  return below_folder(buffer);
}

/* What goes wrong with this change: 0 for nothing, SHORT_WRITE, or an errno. */
static int next_fault(void) {
  if (fault_in == 0) return 0;
  if (fault_in > 1) {
    fault_in--;
    return 0;
  }
  int error = fault_error;
  faults_made++;
  if (!fault_goes_on) fault_in = 0;
  /* A disk that takes half a write and goes on failing is full. */
  else if (error == SHORT_WRITE) fault_error = ENOSPC;
  return error;
}

static void note(char kind, long long offset, const void *bytes, size_t length, const char *path) {
  if (log_file < 0) return;
  char header[PATH_MAX + 64];
  int header_length = snprintf(header, sizeof header, "%c %lld %zu %s\n", kind, offset, length, path);
  struct iovec parts[] = {{header, (size_t)header_length}, {(void *)bytes, length}};
  if (syscall(SYS_writev, log_file, parts, 2) != (long)(header_length + length)) abort();
}

static ssize_t watched_write(int file, const void *bytes, size_t length, off_t offset, int is_at_offset) {
  char buffer[PATH_MAX];
  const char *path = length > 0 ? path_of(file, buffer) : NULL;
  if (!path) return is_at_offset ? syscall(SYS_pwrite64, file, bytes, length, offset) : syscall(SYS_write, file, bytes, length);
  pthread_mutex_lock(&turn);
  int error = next_fault();
  ssize_t done = -1;
  if (error > 0) {
    errno = error;
  } else {
    if (error == SHORT_WRITE && length > 1) length /= 2;
    done = is_at_offset ? syscall(SYS_pwrite64, file, bytes, length, offset) : syscall(SYS_write, file, bytes, length);
    /* After the write the place is that of its end, for O_APPEND too. */
    if (done > 0) note('W', is_at_offset ? offset : syscall(SYS_lseek, file, 0, SEEK_CUR) - done, bytes, (size_t)done, path);
  }
  pthread_mutex_unlock(&turn);
  return done;
}

ssize_t write(int file, const void *bytes, size_t length) { return watched_write(file, bytes, length, 0, 0); }
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) { return watched_write(file, bytes, length, offset, 1); }
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) { return watched_write(file, bytes, length, offset, 1); }

/* Piece by piece: a caller must be ready for less than all of it anyway. */
static ssize_t watched_writev(int file, const struct iovec *parts, int count, off_t offset, int is_at_offset) {
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    ssize_t done = watched_write(file, parts[i].iov_base, parts[i].iov_len, offset + total, is_at_offset);
    if (done < 0) return total > 0 ? total : done;
    total += done;
    if ((size_t)done < parts[i].iov_len) break;
  }
  return total;
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  char buffer[PATH_MAX];
  if (!path_of(file, buffer)) return syscall(SYS_writev, file, parts, count);
  return watched_writev(file, parts, count, 0, 0);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) { return watched_writev(file, parts, count, offset, 1); }
ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t offset) { return watched_writev(file, parts, count, offset, 1); }

/* A change without bytes of its own: `call` makes it unless it is to fail. */
#define WATCHED(path, kind, offset, bytes, length, call)  \
  do {                                                    \
    if (!(path)) return (int)(call);                      \
    pthread_mutex_lock(&turn);                            \
    int error = next_fault();                             \
    int result = -1;                                      \
    if (error == SHORT_WRITE) error = ENOSPC;             \
    if (error > 0) errno = error;                         \
    else result = (int)(call);                            \
    if (result >= 0) note(kind, offset, bytes, length, path); \
    else if (kind == 'S') note('F', 0, "", 0, path);      \
    pthread_mutex_unlock(&turn);                          \
    return result;                                        \
  } while (0)

int fsync(int file) {
  char buffer[PATH_MAX];
  const char *path = path_of(file, buffer);
  WATCHED(path, 'S', 0LL, "", 0, syscall(SYS_fsync, file));
}

int fdatasync(int file) {
  char buffer[PATH_MAX];
  const char *path = path_of(file, buffer);
  WATCHED(path, 'S', 0LL, "", 0, syscall(SYS_fdatasync, file));
}

int ftruncate(int file, off_t length) {
  char buffer[PATH_MAX];
  const char *path = path_of(file, buffer);
  WATCHED(path, 'T', (long long)length, "", 0, syscall(SYS_ftruncate, file, length));
}
int ftruncate64(int file, off_t length) { return ftruncate(file, length); }

static int watched_open(int at, const char *name, int flags, mode_t mode) {
  const char *path = flags & (O_CREAT | O_TRUNC) ? below_folder(name) : NULL;
  struct stat found;
  int is_there = path && stat(name, &found) == 0;
  /* O_TRUNC of an empty file changes nothing. */
  if (path && is_there && (!(flags & O_TRUNC) || found.st_size == 0)) path = NULL;
  WATCHED(path, is_there ? 'T' : 'C', 0LL, "", 0, syscall(SYS_openat, at, name, flags, mode));
}

#define MODE_OF(flags)                            \
  mode_t mode = 0;                                \
  if ((flags) & (O_CREAT | O_TMPFILE)) {          \
    va_list rest;                                 \
    va_start(rest, flags);                        \
    mode = va_arg(rest, mode_t);                  \
    va_end(rest);                                 \
  }

int open(const char *name, int flags, ...) { MODE_OF(flags) return watched_open(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE_OF(flags) return watched_open(AT_FDCWD, name, flags, mode); }
int openat(int at, const char *name, int flags, ...) { MODE_OF(flags) return watched_open(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { MODE_OF(flags) return watched_open(at, name, flags, mode); }

int rename(const char *from, const char *to) {
  const char *path = below_folder(to) ? below_folder(from) : NULL, *target = path ? below_folder(to) : "";
  WATCHED(path, 'R', 0LL, target, strlen(target), syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int link(const char *from, const char *to) {
  const char *path = below_folder(to) ? below_folder(from) : NULL, *target = path ? below_folder(to) : "";
  WATCHED(path, 'L', 0LL, target, strlen(target), syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int unlink(const char *name) {
  const char *path = below_folder(name);
  WATCHED(path, 'U', 0LL, "", 0, syscall(SYS_unlinkat, AT_FDCWD, name, 0));
}

static int is_fault(const char *name) {
  const char *path = below_folder(name);
  return path && strcmp(path, "fault") == 0;
}

int symlink(const char *text, const char *name) {
  if (!is_fault(name)) return (int)syscall(SYS_symlinkat, text, AT_FDCWD, name);
  pthread_mutex_lock(&turn);
  set_fault(text);
  pthread_mutex_unlock(&turn);
  return 0;
}

ssize_t readlink(const char *name, char *buffer, size_t size) {
  if (!is_fault(name)) return syscall(SYS_readlinkat, AT_FDCWD, name, buffer, size);
  return snprintf(buffer, size, "%ld", faults_made);
}
