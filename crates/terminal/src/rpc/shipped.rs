//! Words for codes while no terminal is open, or none answers: the catalogue as it was when this program was built.
//! An open terminal reads the installed file, which a province may have changed.

use super::RpcError;
use crate::error::who_word;
use domain::messages::{MessageWho, Messages};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The file was read when the program was tested; a catalogue that does not read leaves the codes.
static SHIPPED: LazyLock<Messages> = LazyLock::new(|| {
    Messages::from_toml(include_str!("../../../../assets/messages/messages.toml")).unwrap_or_default()
});

/// What a shell says on its own, or when the profile does not open.
#[must_use]
pub fn shipped_error(code: &str) -> RpcError {
    let (sentence, cure, who) = match SHIPPED.get(code) {
        Some(message) => {
            let (sentence, cure) = message.filled(&BTreeMap::new());
            (sentence, cure, message.who)
        }
        None => (
            format!("发生了没有说明的问题（{code}）。"),
            "请把代码告诉系统管理员。".to_owned(),
            MessageWho::Administrator,
        ),
    };
    RpcError {
        code: code.to_owned(),
        sentence,
        cure,
        who: who_word(who).to_owned(),
        refusal: None,
        report: None,
    }
}
