//! One reading of one card, on a thread of its own: the library's calls cannot all be broken off.

use std::ffi::CString;
use std::sync::Arc;
use std::time::{Duration, Instant};

use driver_contract::{DeviceEvent, FaultCode};

use super::error::{PcscError, WAIT_OVER};
use super::ffi::{Card, Context, Field, Seen};
use crate::card::{Answer, CardError, Command, More, card_number};

/// How long one wait for a card lasts; the service ends it early when something happens.
const WAIT: Duration = Duration::from_millis(500);

/// A card needs a moment to lie still: contacts bounce while it is pushed in.
const SETTLE: Duration = Duration::from_millis(100);

/// How often a card may want something more before it gives one answer.
const ROUNDS: u32 = 8;

/// What a card said.
pub(super) struct ChipBytes {
    /// Number on the card's face, where the card has it.
    pub(super) number: Option<String>,
    /// Answer to reset and the answers, one after the other.
    pub(super) raw: Vec<u8>,
}

/// Waits for a card until `until` and reads it. `stopped` is asked between two waits.
pub(super) fn read(
    context: &Context,
    reader: &CString,
    until: Instant,
    stopped: &dyn Fn() -> bool,
    tell: &dyn Fn(DeviceEvent),
) -> Result<ChipBytes, PcscError> {
    let seen = wait_for_card(context, reader, until, stopped)?;
    tell(DeviceEvent::Present);
    std::thread::sleep(SETTLE);
    let result = read_card(context, reader, &seen);
    result.map_err(|error| judge(context, reader, error))
}

fn wait_for_card(
    context: &Context,
    reader: &CString,
    until: Instant,
    stopped: &dyn Fn() -> bool,
) -> Result<Seen, PcscError> {
    let mut seen: Option<Seen> = None;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match context.watch(reader, seen.as_ref(), WAIT.min(left)) {
            Ok(now) => {
                match now.field {
                    Field::Card => return Ok(now),
                    Field::Mute => return Err(PcscError::Mute),
                    Field::NoReader => return Err(PcscError::ReaderGone),
                    Field::Empty => {}
                }
                seen = Some(now);
            }
            Err(PcscError::Service { code: WAIT_OVER, .. }) => {}
            Err(error) => return Err(error),
        }
        if Instant::now() >= until {
            return Err(PcscError::NoCard);
        }
        if stopped() {
            return Err(PcscError::Cancelled);
        }
    }
}

fn read_card(context: &Context, reader: &CString, seen: &Seen) -> Result<ChipBytes, PcscError> {
    if !is_answer_to_reset(&seen.atr) {
        return Err(PcscError::Mute);
    }
    let card = context.connect(reader)?;
    let mut raw = seen.atr.clone();
    match exchange(&card, Command::SelectApplication, &mut raw) {
        Err(PcscError::Card(CardError::NotThere(status))) => return Err(PcscError::UnknownCard(status)),
        // 6D00, 6E00: a card that has no SELECT, or no such class, has none of our applications.
        Err(PcscError::Card(CardError::Refused(status @ (0x6d00 | 0x6e00)))) => {
            return Err(PcscError::UnknownCard(status));
        }
        other => other?,
    };
    exchange(&card, Command::SelectFile, &mut raw)?;
    let number = match exchange(&card, Command::ReadNumber, &mut raw) {
        Ok(record) => Some(card_number(&record)?),
        // An early card without that record is a card all the same.
        Err(PcscError::Card(CardError::NotThere(_))) => None,
        Err(error) => return Err(error),
    };
    Ok(ChipBytes { number, raw })
}

/// Whether a card answered to its reset: the first character says in which sense the others are to be read
/// (ISO/IEC 7816-3: TS is 3B or 3F). A card that lies the wrong way round gives levels and no such character.
fn is_answer_to_reset(atr: &[u8]) -> bool {
    matches!(atr.first(), Some(0x3b | 0x3f))
}

/// Gives a command and follows the card's wishes until its answer is whole.
fn exchange(card: &Card, command: Command, raw: &mut Vec<u8>) -> Result<Vec<u8>, PcscError> {
    let mut bytes = command.bytes();
    let mut data = Vec::new();
    for _ in 0..ROUNDS {
        let answered = card.transmit(&bytes)?;
        raw.extend(&answered);
        let answer = Answer::parse(&answered)?;
        match answer.wants() {
            Some(More::Fetch(count)) => {
                data.extend(answer.data);
                bytes = Command::GetResponse(count).bytes();
            }
            Some(More::Repeat(count)) => {
                if let Some(last) = bytes.last_mut() {
                    *last = count;
                }
            }
            None => {
                data.extend(answer.accepted()?);
                return Ok(data);
            }
        }
    }
    Err(CardError::Endless.into())
}

/// A failed exchange with a card that lies there no more was no fault of the line. The service looks at its readers
/// every 400 ms (PCSCLITE_STATUS_POLL_RATE), so it is given that time to notice.
fn judge(context: &Context, reader: &CString, error: PcscError) -> PcscError {
    let of_the_line = match &error {
        PcscError::Service { .. } => error.fault_code() != FaultCode::ChipServiceMissing,
        PcscError::Card(CardError::TooShort(_)) => true,
        _ => false,
    };
    if !of_the_line {
        return error;
    }
    let mut seen: Option<Seen> = None;
    let mut empty = false;
    for _ in 0..3 {
        match context.watch(reader, seen.as_ref(), WAIT) {
            Ok(now) => {
                match now.field {
                    Field::NoReader => return PcscError::ReaderGone,
                    Field::Mute => return PcscError::Mute,
                    // A reader that is pulled loses its card first; whether it goes too is seen a moment later.
                    Field::Empty => empty = true,
                    Field::Card => empty = false,
                }
                seen = Some(now);
            }
            // Nothing more has happened so far: the service needs its time to miss a reader, too.
            Err(PcscError::Service { code: WAIT_OVER, .. }) if empty => {}
            Err(_) => break,
        }
    }
    if empty { PcscError::Pulled } else { error }
}

/// A context that another thread may cancel.
pub(super) type SharedContext = Arc<Context>;
