//! What a network scanner can do wrong.

/// One thing that it does wrong until it is told otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScannerFault {
    /// Nothing.
    #[default]
    None,
    /// It works for somebody else and takes no job.
    Busy,
    /// It takes the job and has no page ready for so many requests.
    Warming(u32),
    /// Paper gets stuck after so many pages.
    Jam(u32),
    /// Two sheets come at once.
    Multipick,
    /// The feeder's lid is open.
    LidOpen,
    /// It is stopped and wants a hand.
    Stopped,
    /// It forgets the job before its first page.
    Forget,
    /// It gives the job up after so many pages, and says so.
    Abort(u32),
    /// It answers every request for a job with this status.
    Refuse(u16),
    /// It answers everything with this status.
    Status(u16),
    /// It never answers a request for a page.
    Hang,
    /// Its documents are no XML.
    GarbageXml,
    /// Its documents are another XML.
    OtherXml,
    /// Its documents have no end.
    EndlessXml,
    /// Its documents name entities that grow.
    Entities,
    /// It does not speak HTTP.
    NoHttp,
    /// It names its jobs by a host that nobody can reach, as devices behind a gateway do. Clients that keep to the address
    /// they know do not mind.
    NamedElsewhere,
    /// It makes a job and does not say where.
    NoLocation,
    /// Its page ends in the middle, and its length says so.
    CutPicture,
    /// Its page ends before the length that it told.
    ShortBody,
    /// Its page says that it has 65,000 × 65,000 pixels.
    HugePicture,
    /// Its page says that it is ten gigabytes long.
    HugeLength,
    /// Its page has half of the lines asked for.
    HalfPage,
    /// Its page is a PDF.
    Pdf,
    /// Its page is no JPEG, but says that it is.
    NotJpeg,
    /// It sends whoever asks to another machine.
    Redirect,
}
