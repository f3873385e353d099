//! Devices and their faults in the officer's words.

use crate::error::who_of_fault;
use crate::rpc::view::FaultView;
use driver_contract::{Fault, FaultCode};

pub(super) fn fault_view(fault: &Fault) -> FaultView {
    FaultView {
        sentence: fault.sentence(),
        cure: fault.cure(),
        who: who_of_fault(fault).to_owned(),
        fault: fault.clone(),
    }
}

/// A fault in two to four characters for the status bar; the whole sentence stands on the device page.
pub(super) fn short_words(code: FaultCode) -> &'static str {
    match code {
        FaultCode::OutOfPaper | FaultCode::MediaNotReady => "缺纸",
        FaultCode::PaperJam | FaultCode::FeederJam => "卡纸",
        FaultCode::CoverOpen => "盖子开着",
        FaultCode::TonerEmpty => "没有碳粉",
        FaultCode::TonerLow => "碳粉将尽",
        FaultCode::PrinterUnreachable => "连不上",
        FaultCode::WarmingUp => "正在预热",
        _ => "有故障",
    }
}
