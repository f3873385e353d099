/* A maker's library as bad as they come, for tests: it does what the prompt of its task names.  It keeps the interface
 * just enough to be loaded. NAME is given at compile time, so that two of them can be two makers.
 */
#define _GNU_SOURCE
#include "../include/window_terminal_driver.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef NAME
#define NAME "bad"
#endif

#ifdef SLOW
/* Takes so many seconds to be loaded. */
__attribute__((constructor)) static void load_slowly(void) { sleep(SLOW); }
#endif

/* Always 0, which the compiler cannot know. */
static volatile int sink;

static wtd_text text(const char *words)
{
    wtd_text made = {words, strlen(words)};
    return made;
}

static void say(const wtd_host *host, const char *json) { host->answer(host->self, text(json)); }

static int32_t list(const wtd_host *host, wtd_text configured)
{
    (void)configured;
    say(host, "[{\"local\":\"0\",\"name\":\"坏评价器\",\"maker\":\"演示\",\"model\":\"B-1\",\"serial\":\"1\",\"firmware\":\"0.1\"}]");
    return WTD_OK;
}

/* The setting "fault_file" names a file whose first line is the fault that every task ends with. */
static char fault_file[4096];

static int32_t open_device(const wtd_host *host, wtd_text local, wtd_text configured, void **device)
{
    static int opened;
    static const char key[] = "\"fault_file\":\"";
    const char *found = memmem(configured.bytes, configured.length, key, sizeof key - 1);
    (void)host;
    (void)local;
    fault_file[0] = 0;
    if (found != NULL) {
        const char *begin = found + sizeof key - 1;
        size_t left = configured.length - (size_t)(begin - (const char *)configured.bytes);
        const char *end = memchr(begin, '"', left);
        if (end != NULL && (size_t)(end - begin) < sizeof fault_file) {
            memcpy(fault_file, begin, (size_t)(end - begin));
            fault_file[end - begin] = 0;
        }
    }
    *device = &opened;
    return WTD_OK;
}

static int32_t wished_fault(const wtd_host *host)
{
    char code[128], json[256];
    FILE *file = fopen(fault_file, "r");
    if (file == NULL) return WTD_OK;
    if (fgets(code, sizeof code, file) == NULL) code[0] = 0;
    fclose(file);
    code[strcspn(code, "\n")] = 0;
    snprintf(json, sizeof json, "{\"code\":\"%s\",\"detail\":\"\"}", code);
    say(host, json);
    return WTD_FAULT;
}


__attribute__((noinline)) static int deeper(int depth)
{
    volatile char room[4096];
    room[0] = (char)depth;
    return depth == sink - 1 ? room[0] : deeper(depth + 1) + room[0];
}

static wtd_host kept;

static void *too_late(void *unused)
{
    (void)unused;
    usleep(30000);
    /* After its call, and from another thread. */
    say(&kept, "{\"type\":\"evaluated\",\"value\":{\"score\":1,\"raw\":\"ff\"}}");
    kept.event(kept.self, text("{\"type\":\"present\"}"));
    sink = kept.cancelled(kept.self);
    return NULL;
}

static void *crash_soon(void *unused)
{
    (void)unused;
    usleep(30000);
    *(volatile int *)8 = 1;
    return NULL;
}

static void in_a_thread(void *(*body)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, body, NULL) == 0) pthread_detach(thread);
}

static int32_t good(const wtd_host *host)
{
    say(host, "{\"type\":\"evaluated\",\"value\":{\"score\":5,\"raw\":\"0501\"}}");
    return WTD_OK;
}

static int32_t run(const wtd_host *host, void *device, wtd_text task)
{
    char wish[4096];
    size_t length = task.length < sizeof wish - 1 ? task.length : sizeof wish - 1;
    (void)device;
    memcpy(wish, task.bytes, length);
    wish[length] = 0;
    if (fault_file[0] != 0) return wished_fault(host);
#define WISH(word) (strstr(wish, "\"" word "\"") != NULL)
    if (WISH("good")) return good(host);
    if (WISH("segfault")) *(volatile int *)8 = 1;
    if (WISH("abort")) abort();
    if (WISH("exit")) _exit(0);
    if (WISH("stack")) sink = deeper(0);
    if (WISH("hang"))
        for (;;) pause();
    if (WISH("spin"))
        for (;;) sink = 0;
    if (WISH("stop")) raise(SIGSTOP);
    if (WISH("overgrow"))
        for (;;) {
            char *room = malloc(16u << 20);
            if (room == NULL) abort();
            memset(room, 1, 16u << 20);
            usleep(5000);
        }
    if (WISH("close_all")) {
        int end;
        for (end = 3; end < 256; end++) close(end);
        return good(host);
    }
    if (WISH("noise")) {
        /* Into standard output, which was the shared memory once, and standard error. */
        char page[8192];
        memset(page, 0xa5, sizeof page);
        for (int times = 0; times < 64; times++)
            if (write(1, page, sizeof page) < 0) break;
        fprintf(stderr, "noise\n");
        return good(host);
    }
    if (WISH("heap")) {
        char *room = malloc(64);
        /* The compiler must not see how long this is. */
        memset(room, 0x5a, 4096u + (size_t)sink);
        free(room);
        for (int times = 0; times < 4096; times++) free(malloc((size_t)times + 24));
        abort();
    }
    if (WISH("orphan")) {
        if (fork() == 0) {
            for (;;) pause();
        }
        *(volatile int *)8 = 1;
    }
    if (WISH("network")) {
        if (socket(AF_INET, SOCK_STREAM, 0) >= 0) return good(host);
        say(host, "{\"code\":\"device.permission_denied\",\"detail\":\"no socket\"}");
        return WTD_FAULT;
    }
    if (WISH("not_json")) {
        wtd_text noise = {"\x80\xff\x00{]", 5};
        host->answer(host->self, noise);
        return WTD_OK;
    }
    if (WISH("other_shape")) {
        say(host, "{\"type\":\"evaluated\",\"value\":{\"score\":\"five\",\"raw\":\"05\"}}");
        return WTD_OK;
    }
    if (WISH("no_answer")) return WTD_OK;
    if (WISH("endless_text")) {
        wtd_text lie = {wish, (size_t)1 << 40};
        host->answer(host->self, lie);
        return WTD_OK;
    }
    if (WISH("null_text")) {
        wtd_text nothing = {NULL, 10};
        host->answer(host->self, nothing);
        return WTD_OK;
    }
    if (WISH("other_outcome")) {
        say(host, "{\"type\":\"ukey\",\"value\":{\"type\":\"verified\",\"good\":true}}");
        return WTD_OK;
    }
    if (WISH("no_raw")) {
        say(host, "{\"type\":\"evaluated\",\"value\":{\"score\":5}}");
        return WTD_OK;
    }
    if (WISH("forged")) {
        say(host, "{\"type\":\"evaluated\",\"value\":{\"score\":5,\"raw\":\"0501\",\"provenance\":{\"device\":\"samv-serial:x\","
                  "\"attestation\":\"physical\",\"nonce\":\"0\",\"number\":1,\"boot_ms\":1,\"raw_sm3\":\"0\"}}}");
        return WTD_OK;
    }
    if (WISH("made_up_fault")) {
        say(host, "{\"code\":\"bad.made_up\"}");
        return WTD_FAULT;
    }
    if (WISH("lying_page")) {
        static const uint8_t dots[16];
        wtd_page page = {1, 100000, 100000, 100000, 300, WTD_GRAY8};
        host->page(host->self, &page, dots, sizeof dots);
        return good(host);
    }
    if (WISH("lying_event")) {
        host->event(host->self, text("{\"type\":\"page\",\"value\":{}}"));
        return good(host);
    }
    if (WISH("late")) {
        kept = *host;
        in_a_thread(too_late);
        return good(host);
    }
    if (WISH("crash_later")) {
        in_a_thread(crash_soon);
        return good(host);
    }
    if (WISH("listens")) {
        while (host->cancelled(host->self) == WTD_GO_ON) usleep(10000);
        say(host, "{\"code\":\"device.cancelled\"}");
        return WTD_FAULT;
    }
    say(host, "{\"code\":\"device.unsupported\"}");
    return WTD_FAULT;
}

static void close_device(void *device) { (void)device; }

const wtd_driver *window_terminal_driver_v1(void)
{
    static const wtd_driver driver = {WTD_ABI, sizeof driver, NAME, "evaluation_pad", list, open_device, run, close_device};
    return &driver;
}
