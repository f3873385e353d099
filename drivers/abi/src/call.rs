//! One call into a library: what the library may ask of us meanwhile, and what it answered.
#![allow(unsafe_code)]

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::ThreadId;

use driver_contract::{
    Fault, PageHeader, PictureHeader, PictureSize, PixelFormat, Provenance, TaskContext, Word,
};

use crate::answer::event_of;
use crate::ffi::{END, LONGEST_TEXT, OK, RawHost, RawPage, Text};

/// What a call has collected.
pub(crate) struct Call<'a> {
    context: Option<&'a mut dyn TaskContext>,
    /// The document of a print task.
    document: Vec<u8>,
    thread: ThreadId,
    /// The last answer; `None` if there was none, `Some(None)` if it was no text.
    pub(crate) answer: Option<Option<String>>,
    /// Provenance of the last page or picture.
    pub(crate) picture: Option<Provenance>,
    /// Why a page or picture was refused.
    pub(crate) refused: Option<Fault>,
    /// The library said something that is no event, or handed over a page that is none.
    pub(crate) garbage: Option<&'static str>,
}

/// The calls under way, by ticket. A library that keeps `self` beyond its call, or uses it from a thread of its own,
/// finds nothing here.
static CALLS: Mutex<Option<HashMap<usize, usize>>> = Mutex::new(None);
static NEXT: AtomicUsize = AtomicUsize::new(1);

impl<'a> Call<'a> {
    pub(crate) fn new(context: Option<&'a mut dyn TaskContext>, document: Vec<u8>) -> Self {
        Self {
            context,
            document,
            thread: std::thread::current().id(),
            answer: None,
            picture: None,
            refused: None,
            garbage: None,
        }
    }

    /// Runs `body` with the table of calls that a library gets.
    pub(crate) fn make<R>(&mut self, body: impl FnOnce(&RawHost) -> R) -> R {
        let ticket = NEXT.fetch_add(1, Ordering::Relaxed);
        with_calls(|calls| calls.insert(ticket, std::ptr::from_mut(self).cast::<c_void>() as usize));
        let host = RawHost {
            size: u32::try_from(size_of::<RawHost>()).unwrap_or(u32::MAX),
            this: ticket as *mut c_void,
            answer,
            cancelled,
            told,
            event,
            page,
            picture,
            document,
        };
        let result = body(&host);
        with_calls(|calls| calls.remove(&ticket));
        result
    }

    /// The context, for what is left to say after the call.
    pub(crate) fn into_context(self) -> Option<&'a mut dyn TaskContext> {
        self.context
    }
}

fn with_calls<R>(body: impl FnOnce(&mut HashMap<usize, usize>) -> R) -> R {
    let mut calls = CALLS.lock().unwrap_or_else(PoisonError::into_inner);
    body(calls.get_or_insert_with(HashMap::new))
}

/// The call that a ticket stands for, if it is under way on this very thread.
fn during<R>(this: *mut c_void, otherwise: R, body: impl FnOnce(&mut Call<'_>) -> R) -> R {
    let Some(address) = with_calls(|calls| calls.get(&(this as usize)).copied()) else { return otherwise };
    let call = address as *mut Call<'_>;
    // SAFETY: the address stands in the table only while `make` waits for the library. The thread is compared
    // before anything else is touched: on the call's own thread nobody else has the call in hand.
    let thread = unsafe { (*call).thread };
    if thread != std::thread::current().id() {
        return otherwise;
    }
    // SAFETY: as above.
    body(unsafe { &mut *call })
}

extern "C" fn answer(this: *mut c_void, text: Text) {
    // SAFETY: a library that gives a wrong length harms its own process.
    during(this, (), |call| call.answer = Some(unsafe { text.copy() }));
}

extern "C" fn cancelled(this: *mut c_void) -> i32 {
    during(this, END, |call| match &call.context {
        Some(context) if !context.cancelled() && call.refused.is_none() => OK,
        Some(_) => END,
        None => OK,
    })
}

extern "C" fn told(this: *mut c_void) -> i32 {
    during(this, 0, |call| match call.context.as_mut().and_then(|context| context.told()) {
        None => 0,
        Some(Word::Finish) => 1,
        Some(Word::Clear) => 2,
    })
}

extern "C" fn event(this: *mut c_void, text: Text) {
    during(this, (), |call| {
        // SAFETY: as for an answer.
        let event = unsafe { text.copy() }.and_then(|text| event_of(&text, call.context.as_deref_mut()?));
        match (event, &mut call.context) {
            (Some(event), Some(context)) => context.emit(event),
            _ => call.garbage = Some("an event that is none"),
        }
    });
}

extern "C" fn page(this: *mut c_void, page: *const RawPage, bytes: *const u8, length: usize) -> i32 {
    during(this, END, |call| {
        // SAFETY: null or the header's struct.
        let header = unsafe { page.as_ref() }.and_then(header_of);
        let good = header.filter(|header| {
            !bytes.is_null() && header.is_consistent() && header.byte_length() == length as u64
        });
        let (Some(header), Some(context)) = (good, &mut call.context) else {
            call.garbage = Some("a page that does not fit its header");
            return END;
        };
        // SAFETY: as the header promises.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
        let laid = context.page(&header, bytes);
        call.note(laid)
    })
}

extern "C" fn picture(
    this: *mut c_void,
    format: Text,
    width: u32,
    height: u32,
    bytes: *const u8,
    length: usize,
) -> i32 {
    during(this, END, |call| {
        // SAFETY: as for an answer.
        let format = unsafe { format.copy() };
        let format = format.filter(|format| ["image/jpeg", "image/png"].contains(&format.as_str()));
        let (Some(format), Some(context), false) =
            (format, &mut call.context, bytes.is_null() || length == 0)
        else {
            call.garbage = Some("a picture of no known format");
            return END;
        };
        // SAFETY: as the header promises.
        let bytes = unsafe { std::slice::from_raw_parts(bytes, length) };
        let header = PictureHeader { format, size: PictureSize { width, height }, number: 1 };
        let laid = context.picture(&header, bytes);
        call.note(laid)
    })
}

extern "C" fn document(this: *mut c_void, offset: u64, bytes: *mut u8, room: usize) -> usize {
    during(this, 0, |call| {
        let rest = usize::try_from(offset).ok().and_then(|offset| call.document.get(offset..)).unwrap_or(&[]);
        let count = rest.len().min(room).min(LONGEST_TEXT);
        if bytes.is_null() || count == 0 {
            return 0;
        }
        // SAFETY: the library has `room` writable bytes there; `count` is not more.
        unsafe { std::ptr::copy_nonoverlapping(rest.as_ptr(), bytes, count) };
        count
    })
}

impl Call<'_> {
    fn note(&mut self, laid: Result<Provenance, Fault>) -> i32 {
        match laid {
            Ok(provenance) => {
                self.picture = Some(provenance);
                OK
            }
            Err(fault) => {
                self.refused = Some(fault);
                END
            }
        }
    }
}

fn header_of(raw: &RawPage) -> Option<PageHeader> {
    let format = match raw.format {
        1 => PixelFormat::Bilevel,
        2 => PixelFormat::Gray8,
        3 => PixelFormat::Rgb8,
        _ => return None,
    };
    Some(PageHeader {
        page: raw.number,
        width: raw.width,
        height: raw.height,
        stride: raw.stride,
        dpi: u16::try_from(raw.dpi).ok()?,
        format,
    })
}
