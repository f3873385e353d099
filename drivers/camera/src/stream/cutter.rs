//! Bytes in, pictures out; pure.

use std::collections::VecDeque;

use super::y4m::{LONGEST_LINE, MAGIC, Y4mFlaw, Y4mHeader, is_frame, may_be_frame};
use crate::error::{BrokenPicture, CameraError};
use crate::jpeg::{JpegFlaw, JpegWalker, Step, with_tables};
use crate::moving::Content;

/// Longest JPEG picture: a shot of 50 megapixels at the best quality takes some 25 MB.
const LONGEST_JPEG: usize = 32 << 20;
/// Most bytes between two pictures. A reader that comes in the middle of a picture passes over the rest of it.
const MOST_NOISE: usize = 4 << 20;

/// What was cut out of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut(pub(crate) Content);

impl Cut {
    /// Width and height of the picture, in pixels.
    #[must_use]
    pub const fn size(&self) -> driver_contract::PictureSize {
        match &self.0 {
            Content::Jpeg(_, size) => *size,
            Content::Raw(pixels) => pixels.size,
        }
    }

    /// The picture's bytes: a JPEG file, or the planes of a frame.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Content::Jpeg(bytes, _) => bytes,
            Content::Raw(pixels) => &pixels.bytes,
        }
    }
}

#[derive(Debug)]
enum Format {
    /// Too few bytes to say.
    Unknown(Vec<u8>),
    Jpeg {
        walker: JpegWalker,
        picture: Vec<u8>,
        noise: usize,
    },
    Y4m(Y4m),
}

#[derive(Debug, Default)]
struct Y4m {
    line: Vec<u8>,
    header: Option<Y4mHeader>,
    planes: Option<Vec<u8>>,
    /// A frame whose bytes are all here. It is given out when the next one begins where it must: only then nothing is
    /// missing in it.
    held: Option<Cut>,
}

/// Cuts a stream into pictures. Which of the two formats it has is told by its first bytes.
#[derive(Debug)]
pub struct FrameCutter {
    format: Format,
    cuts: VecDeque<Result<Cut, BrokenPicture>>,
}

impl Default for FrameCutter {
    fn default() -> Self {
        Self { format: Format::Unknown(Vec::new()), cuts: VecDeque::new() }
    }
}

impl FrameCutter {
    /// Takes the next bytes of the stream, as many as came.
    ///
    /// # Errors
    /// Nobody can say any more where the next picture begins.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), CameraError> {
        if let Format::Unknown(start) = &mut self.format {
            start.extend(bytes);
            if start.len() < MAGIC.len() && MAGIC.starts_with(start) {
                return Ok(());
            }
            let start = std::mem::take(start);
            self.format = if start.starts_with(MAGIC) {
                Format::Y4m(Y4m::default())
            } else {
                Format::Jpeg { walker: JpegWalker::default(), picture: Vec::new(), noise: 0 }
            };
            return self.push(&start);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let used = match &mut self.format {
                Format::Unknown(_) => rest.len(),
                Format::Jpeg { walker, picture, noise } => {
                    let (used, cut) = take_jpeg(walker, picture, noise, rest)?;
                    self.cuts.extend(cut);
                    used
                }
                Format::Y4m(stream) => {
                    let (used, cut) = stream.take(rest)?;
                    self.cuts.extend(cut.map(Ok));
                    used
                }
            };
            rest = rest.get(used..).unwrap_or_default();
        }
        Ok(())
    }

    /// The oldest picture that was not fetched yet, or why there is none of it.
    pub fn fetch(&mut self) -> Option<Result<Cut, BrokenPicture>> {
        self.cuts.pop_front()
    }

    /// The stream has ended well, as a file does.
    pub fn end(&mut self) {
        if let Format::Y4m(Y4m { held, line, planes: None, .. }) = &mut self.format
            && line.is_empty()
        {
            self.cuts.extend(held.take().map(Ok));
        }
    }

    /// Throws away the pictures that came so far.
    pub fn forget(&mut self) {
        self.cuts.clear();
        if let Format::Y4m(stream) = &mut self.format {
            stream.held = None;
        }
    }

    /// Whether the next byte begins a picture, or a stream.
    #[must_use]
    pub const fn is_between(&self) -> bool {
        match &self.format {
            Format::Unknown(start) => start.is_empty(),
            Format::Jpeg { walker, .. } => !walker.has_begun(),
            Format::Y4m(stream) => stream.planes.is_none() && stream.line.is_empty(),
        }
    }

    /// Pictures a second, where the stream says so.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        match &self.format {
            Format::Y4m(Y4m { header: Some(Y4mHeader { rate: (count, time), .. }), .. })
                if *count > 0 && *time > 0 =>
            {
                Some(f64::from(*count) / f64::from(*time))
            }
            _ => None,
        }
    }
}

type JpegCut = Option<Result<Cut, BrokenPicture>>;

fn take_jpeg(
    walker: &mut JpegWalker,
    picture: &mut Vec<u8>,
    noise: &mut usize,
    bytes: &[u8],
) -> Result<(usize, JpegCut), CameraError> {
    const BEGINNING: [u8; 2] = [0xff, 0xd8];
    let begun = walker.has_begun();
    let (used, step) = if begun { walker.walk(bytes) } else { (walker.search(bytes), Step::More) };
    if begun {
        picture.extend(bytes.get(..used).unwrap_or_default());
    } else if walker.has_begun() {
        *noise = 0;
        *picture = BEGINNING.to_vec();
    } else {
        *noise += used;
        if *noise > MOST_NOISE {
            return Err(CameraError::Garbage(*noise));
        }
    }
    let cut = match step {
        Step::More if picture.len() > LONGEST_JPEG => Err(BrokenPicture::Jpeg(JpegFlaw::CutOff)),
        Step::More => return Ok((used, None)),
        Step::Whole => match walker.size() {
            Some(size) => Ok(Cut(Content::Jpeg(with_tables(std::mem::take(picture), walker), size))),
            None => Err(JpegFlaw::NoSize.into()),
        },
        Step::Broken(flaw) => Err(flaw.into()),
        Step::Again => {
            *walker = JpegWalker::behind_beginning();
            *picture = BEGINNING.to_vec();
            return Ok((used, Some(Err(JpegFlaw::CutOff.into()))));
        }
    };
    *walker = JpegWalker::default();
    picture.clear();
    Ok((used, Some(cut)))
}

impl Y4m {
    fn take(&mut self, bytes: &[u8]) -> Result<(usize, Option<Cut>), Y4mFlaw> {
        if let (Some(form), Some(begun)) = (&self.header, &mut self.planes) {
            let length = form.frame_length();
            let piece = bytes.len().min(length - begun.len());
            begun.extend(bytes.get(..piece).unwrap_or_default());
            if begun.len() == length {
                self.held = self.planes.take().map(|planes| Cut(Content::Raw(form.picture(planes))));
            }
            return Ok((piece, None));
        }
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let piece = end.unwrap_or(bytes.len());
        // One byte more than a line may have: too long is too long however the line is cut.
        let room = (LONGEST_LINE + 1).saturating_sub(self.line.len());
        self.line.extend(bytes.get(..piece.min(room)).unwrap_or_default());
        if self.line.len() > LONGEST_LINE {
            return Err(if self.header.is_some() { Y4mFlaw::FrameLine } else { Y4mFlaw::NoHeader });
        }
        match (&self.header, end) {
            (Some(_), None) if !may_be_frame(&self.line) => return Err(Y4mFlaw::FrameLine),
            (_, None) => return Ok((bytes.len(), None)),
            (None, Some(_)) => self.header = Some(Y4mHeader::parse(&self.line)?),
            (Some(form), Some(_)) => {
                if !is_frame(&self.line) {
                    return Err(Y4mFlaw::FrameLine);
                }
                self.planes = Some(Vec::with_capacity(form.frame_length()));
            }
        }
        self.line.clear();
        Ok((piece + 1, self.held.take()))
    }
}
