#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <rte_log.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static char said[16384];

// What DPDK logs, and what it prints, goes into `said` while `action` runs: with a wrong argument EAL prints
// its whole usage, which helps nobody.
static int listening(int (*action)(void *), void *argument) {
  int heard = memfd_create("sluice", MFD_CLOEXEC), output = dup(STDOUT_FILENO), errors = dup(STDERR_FILENO);
  FILE *log = heard < 0 ? NULL : fdopen(dup(heard), "w");
  fflush(stdout);
  if (log != NULL && output >= 0 && errors >= 0) {
    setvbuf(log, NULL, _IONBF, 0);
    rte_openlog_stream(log);
    dup2(heard, STDOUT_FILENO);
    dup2(heard, STDERR_FILENO);
  }
  int result = action(argument);
  fflush(stdout);
  rte_openlog_stream(NULL);
  if (output >= 0) dup2(output, STDOUT_FILENO), close(output);
  if (errors >= 0) dup2(errors, STDERR_FILENO), close(errors);
  if (log != NULL) fclose(log);
  ssize_t length = heard < 0 ? 0 : pread(heard, said, sizeof said - 1, 0);
  said[length > 0 ? length : 0] = 0;
  if (heard >= 0) close(heard);
  return result;
}

const char *sluice_said(void) { return said; }

struct eal_start {
  int count;
  char **arguments;
};

static int eal_start(void *argument) {
  struct eal_start *start = argument;
  return rte_eal_init(start->count, start->arguments) < 0 ? -rte_errno : 0;
}

int sluice_eal_start(int count, char **arguments) {
  struct eal_start start = {count, arguments};
  return listening(eal_start, &start);
}

struct device {
  const char *bus, *name, *arguments;
};

static int device_add(void *argument) {
  struct device *device = argument;
  return rte_eal_hotplug_add(device->bus, device->name, device->arguments);
}

int sluice_device_add(const char *bus, const char *name, const char *arguments) {
  struct device device = {bus, name, arguments};
  return listening(device_add, &device);
}

void sluice_log_quieten(const char *driver) { rte_log_set_level_pattern(driver, RTE_LOG_CRIT); }

void sluice_eal_stop(void) { rte_eal_cleanup(); }

int sluice_lcore_launch(uint32_t lcore, int (*entry)(void *), void *argument) {
  return rte_eal_remote_launch(entry, argument, lcore);
}
int sluice_lcore_wait(uint32_t lcore) { return rte_eal_wait_lcore(lcore); }
int sluice_lcore_socket(uint32_t lcore) { return (int)rte_lcore_to_socket_id(lcore); }

bool sluice_cpu_allowed(uint32_t cpu) {
  cpu_set_t set;
  return cpu < CPU_SETSIZE && sched_getaffinity(0, sizeof set, &set) == 0 && CPU_ISSET(cpu, &set);
}

// One ioctl on an interface, through any socket of this network namespace.
static int interface_ioctl(const char *name, unsigned long request, struct ifreq *argument) {
  if (strlen(name) >= sizeof argument->ifr_name) return -ENODEV;
  int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return -errno;
  memset(argument, 0, sizeof *argument);
  strcpy(argument->ifr_name, name);
  int result = ioctl(handle, request, argument) < 0 ? -errno : 0;
  close(handle);
  return result;
}

int sluice_interface_mtu(const char *name) {
  struct ifreq argument;
  int result = interface_ioctl(name, SIOCGIFMTU, &argument);
  return result < 0 ? result : argument.ifr_mtu;
}

int sluice_interface_running(const char *name) {
  struct ifreq argument;
  int result = interface_ioctl(name, SIOCGIFFLAGS, &argument);
  if (result < 0) return result;
  return (argument.ifr_flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING);
}

static int set_address(const char *name, unsigned long request, uint32_t address) {
  struct ifreq argument;
  if (strlen(name) >= sizeof argument.ifr_name) return -ENODEV;
  int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (handle < 0) return -errno;
  memset(&argument, 0, sizeof argument);
  strcpy(argument.ifr_name, name);
  struct sockaddr_in value = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};
  memcpy(&argument.ifr_addr, &value, sizeof value);
  int result = ioctl(handle, request, &argument) < 0 ? -errno : 0;
  close(handle);
  return result;
}

int sluice_interface_set_address(const char *name, uint32_t address, uint8_t prefix) {
  uint32_t mask = prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
  int result = set_address(name, SIOCSIFADDR, address);
  if (result == 0) result = set_address(name, SIOCSIFNETMASK, mask);
  // Two hosts on a wire (RFC 3021) have no broadcast.
  if (result == 0 && prefix < 31) result = set_address(name, SIOCSIFBRDADDR, address | ~mask);
  return result;
}

static void set_interface(const char *format, const char *name, char value) {
  char path[128];
  snprintf(path, sizeof path, format, name);
  int handle = open(path, O_WRONLY | O_CLOEXEC);
  if (handle < 0) return;
  if (write(handle, &value, 1) < 0) errno = 0;
  close(handle);
}

void sluice_interface_without_ipv6(const char *name) {
  set_interface("/proc/sys/net/ipv6/conf/%s/disable_ipv6", name, '1');
}

void sluice_interface_loose(const char *name) {
  set_interface("/proc/sys/net/ipv4/conf/%s/rp_filter", name, '2');
}

int sluice_link_watch_open(void) {
  int watch = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (watch < 0) return -errno;
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
  if (bind(watch, (struct sockaddr *)&address, sizeof address) == 0) return watch;
  int code = errno;
  close(watch);
  return -code;
}

bool sluice_link_watch_drain(int watch) {
  char message[8192];
  bool any = false;
  for (;;) {
    ssize_t length = recv(watch, message, sizeof message, 0);
    if (length < 0 && errno != ENOBUFS && errno != EINTR) return any;
    any = true;
  }
}
