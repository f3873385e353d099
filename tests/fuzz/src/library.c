/* A maker's library that says whatever a script tells it: lengths that are none, texts without an end, numbers from
 * nowhere, calls in the wrong place. The script comes with the device's settings, as hex: {"script": "00ff…"}.
 *
 * What it never does is name readable bytes that are not there: such a library harms its own process, which the host
 * cannot prevent and lives through (drivers/host/tests/devices/library.rs).
 *
 * Script: a byte of manners, then words, each [what][length, 2 bytes][length bytes]. */
#include "../../../drivers/abi/include/window_terminal_driver.h"

#include <stdlib.h>
#include <string.h>

/* Manners. */
#define LIST_FROM_SCRIPT 1u /* the first word is the list, instead of one that can be used */
#define OPEN_FAILS 2u
#define OPEN_GIVES_NOTHING 4u
#define RUN_FAILS 8u

struct script {
    size_t length;
    uint8_t bytes[];
};

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static struct script *script_of(wtd_text configured) {
    static const char key[] = "\"script\":\"";
    struct script *script = calloc(1, sizeof *script + configured.length / 2 + 1);
    if (!script) abort();
    for (size_t at = 0; at + sizeof key <= configured.length; at++) {
        if (memcmp(configured.bytes + at, key, sizeof key - 1) != 0) continue;
        for (at += sizeof key - 1; at + 1 < configured.length; at += 2) {
            int high = digit(configured.bytes[at]), low = digit(configured.bytes[at + 1]);
            if (high < 0 || low < 0) break;
            script->bytes[script->length++] = (uint8_t)(high << 4 | low);
        }
        break;
    }
    return script;
}

struct word {
    uint8_t what;
    const uint8_t *bytes;
    size_t length;
};

static int next(const struct script *script, size_t *at, struct word *word) {
    if (*at + 3 > script->length) return 0;
    word->what = script->bytes[*at];
    word->length = script->bytes[*at + 1] | (size_t)script->bytes[*at + 2] << 8;
    *at += 3;
    if (word->length > script->length - *at) word->length = script->length - *at;
    word->bytes = script->bytes + *at;
    *at += word->length;
    return 1;
}

static uint32_t number(const struct word *word, size_t place) {
    uint32_t value = 0;
    for (size_t byte = 0; byte < 4 && place * 4 + byte < word->length; byte++)
        value |= (uint32_t)word->bytes[place * 4 + byte] << 8 * byte;
    return value;
}

static void say(const wtd_host *host, const struct word *word) {
    wtd_text text = {(const char *)word->bytes, word->length};
    size_t head = word->length < 24 ? word->length : 24;
    uint8_t document[64];
    switch (word->what % 12) {
    case 0: host->answer(host->self, text); break;
    case 1: host->event(host->self, text); break;
    case 2: {
        wtd_page page = {number(word, 0), number(word, 1), number(word, 2), number(word, 3), number(word, 4), number(word, 5)};
        host->page(host->self, &page, word->bytes + head, word->length - head);
        break;
    }
    case 3: {
        /* A page that fits its header, as far as its bytes go. */
        uint32_t width = word->length ? word->bytes[0] % 32 + 1u : 1u;
        wtd_page page = {1, width, (uint32_t)(word->length / width), width, 300, WTD_GRAY8};
        host->page(host->self, &page, word->bytes, (size_t)page.height * width);
        break;
    }
    case 4: host->page(host->self, NULL, word->bytes, word->length); break;
    case 5: host->page(host->self, &(wtd_page){1, 8, 1, 8, 300, WTD_GRAY8}, NULL, 8); break;
    case 6: {
        static const char *const formats[] = {"image/jpeg", "image/png", "image/", ""};
        const char *format = formats[number(word, 0) % 4];
        host->picture(host->self, (wtd_text){format, strlen(format)}, number(word, 1), number(word, 2), word->bytes + head, word->length - head);
        break;
    }
    case 7: host->picture(host->self, text, 1, 1, word->bytes, word->length); break;
    case 8: host->document(host->self, number(word, 0) | (uint64_t)number(word, 1) << 32, document, number(word, 2) % (sizeof document + 1)); break;
    case 9:
        /* No bytes, and more of them than any message has. */
        host->answer(host->self, (wtd_text){NULL, number(word, 0)});
        host->event(host->self, (wtd_text){text.bytes, SIZE_MAX - number(word, 0)});
        break;
    case 10: (void)(host->cancelled(host->self) + host->told(host->self)); break;
    case 11: host->answer((void *)(uintptr_t)number(word, 0), text); break;
    }
}

static unsigned manners(const struct script *script) {
    return script->length ? script->bytes[0] : 0;
}

static int32_t list(const wtd_host *host, wtd_text configured) {
    static const char good[] = "[{\"local\":\"0\",\"name\":\"scripted\"}]";
    struct script *script = script_of(configured);
    size_t at = 1;
    struct word word;
    if (manners(script) & LIST_FROM_SCRIPT) {
        if (next(script, &at, &word)) say(host, &word);
    } else {
        host->answer(host->self, (wtd_text){good, sizeof good - 1});
    }
    free(script);
    return WTD_OK;
}

static int32_t open_device(const wtd_host *host, wtd_text local, wtd_text configured, void **device) {
    struct script *script = script_of(configured);
    size_t at = 1;
    struct word word;
    (void)local;
    *device = NULL;
    if (manners(script) & OPEN_FAILS) {
        if (next(script, &at, &word)) say(host, &word);
        free(script);
        return WTD_FAULT;
    }
    if (manners(script) & OPEN_GIVES_NOTHING) {
        free(script);
        return WTD_OK;
    }
    *device = script;
    return WTD_OK;
}

static int32_t run(const wtd_host *host, void *device, wtd_text task) {
    const struct script *script = device;
    size_t at = 1;
    struct word word;
    (void)task;
    while (next(script, &at, &word)) say(host, &word);
    return manners(script) & RUN_FAILS ? WTD_FAULT : WTD_OK;
}

static void close_device(void *device) {
    free(device);
}

const wtd_driver *window_terminal_driver_v1(void) {
    static const wtd_driver driver = {
        WTD_ABI, sizeof driver, "scripted", "signature_pad", list, open_device, run, close_device,
    };
    return &driver;
}
