/* What a maker's library offers so that the window terminal can use its device.  Version 1.
 *
 * The library is loaded by a process of its own, never by the terminal: it may use threads, signals and memory as it
 * likes, but not the network, and not more memory than the host allows. When it crashes or hangs, the officer reads a
 * named fault, and the process is started anew.
 *
 * Calls for one device come one after the other. list() may come at any time, from another thread.
 *
 * All texts are UTF-8 and not ended by a zero byte. JSON has the forms of drivers/README.md. A text or a buffer that
 * is handed over is valid during the call only; nobody frees what the other side made.
 */
#ifndef WINDOW_TERMINAL_DRIVER_H
#define WINDOW_TERMINAL_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WTD_ABI 1u

/* How a call ended. */
#define WTD_OK 0
/* It did not work; the last text given to answer() is a fault: {"code": "device.timeout", "detail": "…"} */
#define WTD_FAULT 1

/* What a host's call says. */
#define WTD_GO_ON 0
/* The task was cancelled or its time is over: end it. */
#define WTD_END 1

typedef struct wtd_text {
    const char *bytes;
    size_t length;
} wtd_text;

/* Layout of a pixel. */
#define WTD_BILEVEL 1u /* one bit, most significant leftmost, 1 is black */
#define WTD_GRAY8 2u   /* one byte, 0 is black */
#define WTD_RGB8 3u    /* three bytes */

typedef struct wtd_page {
    uint32_t number; /* within the task, from 1 */
    uint32_t width;  /* pixels */
    uint32_t height;
    uint32_t stride; /* bytes from one line to the next */
    uint32_t dpi;
    uint32_t format;
} wtd_page;

/* What the library may call while one of its functions runs, and from the thread that runs it only. */
typedef struct wtd_host {
    uint32_t size; /* of this struct: later versions only add at its end */
    void *self;    /* goes into every call */
    /* What the call answers; the last one counts. */
    void (*answer)(void *self, wtd_text json);
    /* WTD_END when the task must end. To be asked at least every 100 ms. */
    int32_t (*cancelled)(void *self);
    /* What the officer says to the task: 0 nothing, 1 finish with what there is, 2 begin anew. */
    int32_t (*told)(void *self);
    /* Something happened: {"type": "present"} */
    void (*event)(void *self, wtd_text json);
    /* A page of pixels. Waits while the terminal has not taken earlier ones. */
    int32_t (*page)(void *self, const wtd_page *page, const uint8_t *bytes, size_t length);
    /* An encoded picture; format is its MIME type. */
    int32_t (*picture)(void *self, wtd_text format, uint32_t width, uint32_t height, const uint8_t *bytes, size_t length);
    /* The document of a print task: copies its bytes from offset on, gives their number; 0 at its end. */
    size_t (*document)(void *self, uint64_t offset, uint8_t *bytes, size_t room);
} wtd_host;

typedef struct wtd_driver {
    uint32_t abi;  /* WTD_ABI */
    uint32_t size; /* of this struct */
    const char *name;         /* ended by a zero byte; letters, digits and -, for example "acme-s20" */
    const char *device_class; /* "fingerprint", "id_card_reader", … */
    /* Answers the devices that are there: [{"local": "0", "name": "…", "accessible": true}, …]. */
    int32_t (*list)(const wtd_host *host, wtd_text configured);
    /* Opens the device that list() called local. */
    int32_t (*open)(const wtd_host *host, wtd_text local, wtd_text configured, void **device);
    /* Does one task and answers its outcome. */
    int32_t (*run)(const wtd_host *host, void *device, wtd_text task);
    void (*close)(void *device);
} wtd_driver;

/* The one symbol that is looked for. The struct lives as long as the library. */
const wtd_driver *window_terminal_driver_v1(void);

#ifdef __cplusplus
}
#endif
#endif
