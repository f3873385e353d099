//! The one catalogue of device faults: code, sentence for the officer, cure, who, permanent.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who can end a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The person at the counter.
    Clerk,
    /// The administrator of the station or hall.
    Administrator,
    /// The device's maker or the supplier.
    Maker,
}

macro_rules! catalogue {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $who:ident, $lasting:ident, $sentence:literal, $cure:literal;)*) => {
        /// Every fault a device can have. The code never changes once released.
        ///
        /// `{设备}` in a text stands for the device's name, `{占用者}` for who holds it; [`crate::Fault`]
        /// fills them in.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
        #[non_exhaustive]
        pub enum FaultCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl FaultCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What happened and what it means, for the officer.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)* }
            }

            /// What to do.
            #[must_use]
            pub const fn cure(self) -> &'static str {
                match self { $(Self::$variant => $cure,)* }
            }

            /// Who can do it.
            #[must_use]
            pub const fn who(self) -> Who {
                match self { $(Self::$variant => Who::$who,)* }
            }

            /// Whether trying again, with nothing done, is useless.
            #[must_use]
            pub const fn permanent(self) -> bool {
                match self { $(Self::$variant => lasting::$lasting,)* }
            }
        }
    };
}

/// The two words of the catalogue's third column.
#[allow(non_upper_case_globals)]
mod lasting {
    pub(super) const passing: bool = false;
    pub(super) const permanent: bool = true;
}

catalogue! {
    // --- any device ---
    /// No such device.
    NotFound = "device.not_found", Clerk, permanent,
        "没有找到{设备}，本机现在用不了它。", "检查数据线和电源是否插好，再按“重新检测”；仍找不到请联系管理员核对设备配置。";
    /// The account may not open it.
    PermissionDenied = "device.permission_denied", Administrator, permanent,
        "{设备}已接上，但本机账号没有使用权限。", "请管理员安装设备权限规则，或把当前账号加入设备用户组后重新登录。";
    /// Somebody else holds it.
    Busy = "device.busy", Clerk, passing,
        "{设备}正由{占用者}使用，这里暂时不能用。", "等对方用完后重试，或到占用它的窗口结束操作。";
    /// It was there and has gone.
    Unplugged = "device.unplugged", Clerk, passing,
        "{设备}的连接断开了，刚才的操作没有完成。", "重新插好数据线，系统会自动接上；已录入的内容不受影响。";
    /// No answer in time.
    Timeout = "device.timeout", Clerk, passing,
        "{设备}没有在规定时间内回应。", "请再试一次；连续出现时断电重启设备。";
    /// Answered something that the protocol does not know.
    ProtocolGarbage = "device.protocol_garbage", Administrator, passing,
        "{设备}返回了无法识别的数据，刚才的结果没有采用。", "请再试一次；连续出现时请管理员检查线缆、串口速率和设备型号配置。";
    /// The check byte of an answer is wrong.
    LineChecksum = "device.line_checksum", Administrator, passing,
        "{设备}传来的数据校验不符，为防读错，结果没有采用。", "请再试一次；连续出现时请管理员更换数据线或换一个接口。";
    /// An answer is shorter or longer than it says or must be.
    WrongLength = "device.wrong_length", Administrator, passing,
        "{设备}传来的数据长度不对，为防读错，结果没有采用。", "请再试一次；连续出现时请管理员核对设备型号和固件版本。";
    /// The transport failed in another way.
    LineFailed = "device.line_failed", Administrator, passing,
        "与{设备}通信出错，刚才的操作没有完成。", "重新插拔设备后再试；仍不行请管理员查看设备日志。";
    /// Somebody cancelled it.
    Cancelled = "device.cancelled", Clerk, passing,
        "{设备}的操作已取消，没有留下结果。", "需要时重新开始即可。";
    /// The device cannot do that.
    Unsupported = "device.unsupported", Administrator, permanent,
        "这台{设备}不支持这项操作。", "换一台支持的设备，或请管理员调整设备设置。";
    /// The request itself makes no sense to the driver.
    BadParameters = "device.bad_parameters", Administrator, permanent,
        "{设备}不接受这次操作的参数。", "恢复默认参数后再试；仍不行请管理员核对设备设置。";
    /// The configuration of the device cannot be used.
    BadConfiguration = "device.bad_configuration", Administrator, permanent,
        "{设备}的配置有误，无法启用。", "请管理员在设备设置中改正后重新检测。";
    /// The host process died.
    HostCrashed = "device.host_crashed", Clerk, passing,
        "{设备}的驱动程序意外退出，正在自动重启，其他设备不受影响。", "等几秒钟再试；反复出现请把诊断包交给管理员。";
    /// The host process did not answer and was ended.
    HostHung = "device.host_hung", Clerk, passing,
        "{设备}的驱动程序没有响应，已强制重启，其他设备不受影响。", "等几秒钟再试；反复出现请断电重启设备并告知管理员。";
    /// The host program cannot be started, or speaks another version.
    HostUnavailable = "device.host_unavailable", Administrator, permanent,
        "{设备}的驱动程序无法启动，本机现在用不了它。", "请管理员检查安装是否完整，并重新安装同一版本的程序。";
    /// A fault inside the driver.
    DriverFailed = "device.driver_failed", Maker, passing,
        "{设备}的驱动程序内部出错，刚才的操作没有完成。", "请再试一次；反复出现请导出诊断包交给供应商。";
    /// A maker's or the system's library is missing.
    LibraryMissing = "device.library_missing", Administrator, permanent,
        "缺少{设备}需要的系统组件，无法启用。", "请管理员安装该设备的驱动组件后重新检测。";
    /// A lid or cover is open.
    CoverOpen = "device.cover_open", Clerk, passing,
        "{设备}的盖子没有合上，操作停住了。", "合上盖子，等指示灯恢复正常后重试。";

    // --- ID-card reader ---
    /// No card in the field.
    NoCard = "idcard.no_card", Clerk, passing,
        "读卡器上没有发现证件。", "把证件平放在读卡区，停稳后再试；也可以手工录入。";
    /// The card left while it was being read.
    CardPulled = "idcard.card_pulled", Clerk, passing,
        "证件在读完之前被拿开了，没有读到完整信息。", "重新放好证件，听到提示音后再拿开；也可以手工录入。";
    /// The card was read already and must leave the field first.
    CardMustBeRelaid = "idcard.card_must_be_relaid", Clerk, passing,
        "这张证件已经读过一次，读卡器要等它离开后才能再读。", "把证件拿开，再放回读卡区。";
    /// SW3 81.
    SelectFailed = "idcard.select_failed", Clerk, passing,
        "读卡器感应到证件，但没能选定它。", "读卡区只放一张证件，拿开手机和其他卡片后重新放上。";
    /// SW3 41.
    ReadFailed = "idcard.read_failed", Clerk, passing,
        "证件芯片读取失败，没有读到信息。", "换个位置重新放好再试；多次失败可能是芯片损坏，请手工录入并核对证件原件。";
    /// SW3 31 and 32.
    CardAuthenticationFailed = "idcard.card_authentication_failed", Clerk, passing,
        "证件与读卡器的相互认证没有通过，不能采信这张卡。", "重新放卡再试；仍不通过时请核实证件真伪，并手工录入。";
    /// SW3 33.
    InformationVerificationFailed = "idcard.information_verification_failed", Clerk, passing,
        "证件内信息的验证没有通过，不能采信这张卡。", "重新放卡再试；仍不通过时请核实证件真伪，并手工录入。";
    /// SW3 40.
    UnknownCardType = "idcard.unknown_card_type", Clerk, permanent,
        "读卡器不认识这种卡片，它可能不是居民身份证或居住证。", "换成身份证、港澳台居民居住证或外国人永久居留身份证再试。";
    /// The text in the chip is not what any known layout allows.
    CardTextUnreadable = "idcard.card_text_unreadable", Clerk, permanent,
        "证件芯片里的文字不符合已知格式，没有采用。", "请手工录入并核对证件原件；如多张证件都这样，请联系供应商。";
    /// SW3 91: the asked item is not on the card.
    ItemEmpty = "idcard.item_empty", Clerk, permanent,
        "证件上没有存这一项内容。", "不需要处理，按证面内容继续办理。";
    /// SW3 60, or a self-test that did not answer 90.
    SamSelfTestFailed = "idcard.sam_self_test_failed", Maker, permanent,
        "读卡器的安全模块自检没有通过，现在读不了证件。", "断电重启读卡器；仍不通过请联系供应商更换。先手工录入。";
    /// SW3 66.
    SamNotAuthorised = "idcard.sam_not_authorised", Maker, permanent,
        "读卡器的安全模块没有授权，读不了证件。", "请联系供应商办理授权或更换读卡器。先手工录入。";
    /// SW3 47.
    SamRandomFailed = "idcard.sam_random_failed", Maker, passing,
        "读卡器的安全模块没能生成随机数，这次没有读成。", "请再试一次；反复出现请联系供应商检修读卡器。";
    /// SW3 23.
    SamNoPrivilege = "idcard.sam_no_privilege", Maker, permanent,
        "读卡器的安全模块拒绝执行这项操作。", "请联系供应商核对读卡器的权限等级。先手工录入。";
    /// SW3 21.
    CommandRejected = "idcard.command_rejected", Administrator, passing,
        "读卡器拒绝了这条指令，可能与它当前的状态有关。", "拿开证件重新放上；反复出现请管理员核对读卡器型号。";
    /// SW3 10: the reader saw a wrong check byte in what we sent.
    ReaderSawChecksum = "idcard.reader_saw_checksum", Administrator, passing,
        "读卡器收到的指令校验不符，这次没有读。", "请再试一次；连续出现时请管理员更换数据线或核对串口速率。";
    /// SW3 11: the reader saw a wrong length in what we sent.
    ReaderSawLength = "idcard.reader_saw_length", Administrator, passing,
        "读卡器收到的指令长度不对，这次没有读。", "请再试一次；连续出现时请管理员更换数据线或核对串口速率。";
    /// SW3 24.
    ReaderUnknownError = "idcard.reader_unknown_error", Clerk, passing,
        "读卡器报告了一个没有说明的错误，这次没有读成。", "重新放卡再试；反复出现请断电重启读卡器并告知管理员。";
    /// A status byte that no source lists.
    ReaderUnknownStatus = "idcard.reader_unknown_status", Maker, passing,
        "读卡器返回了规范里没有的状态，这次没有读成。", "请再试一次；反复出现请把诊断包交给供应商。";

    // --- scanner ---
    /// No paper in the feeder.
    FeederEmpty = "scanner.feeder_empty", Clerk, passing,
        "扫描仪的进纸器里没有纸。", "把材料放入进纸器，听到到位声后重试；单张也可以改用平板扫描。";
    /// Paper jam in the scanner.
    FeederJam = "scanner.feeder_jam", Clerk, passing,
        "扫描仪卡纸了，卡住的这一页没有扫成。", "打开盖子取出纸张，理平后从这一页起重新扫描；已扫好的页都在。";
    /// The device reported an input or output error.
    ScanFailed = "scanner.scan_failed", Clerk, passing,
        "扫描仪扫描时出错，这一页没有扫成。", "请再扫一次；反复出现请断电重启扫描仪并告知管理员。";
    /// The page does not fit into shared memory.
    PageTooLarge = "scanner.page_too_large", Clerk, permanent,
        "扫描的这一页太大，超出本机能处理的范围。", "降低分辨率或缩小扫描区域后重试，材料存档一般用 300 dpi。";
    /// The device delivered fewer bytes than it announced, or contradicts itself.
    PageIncomplete = "scanner.page_incomplete", Clerk, passing,
        "扫描仪传来的页面不完整，没有采用。", "请把这一页重新扫描。";
    /// It warms up.
    WarmingUp = "scanner.warming_up", Clerk, passing,
        "扫描仪正在预热，还不能扫描。", "等预热灯停止闪烁后重试。";

    // --- printer ---
    /// No paper.
    OutOfPaper = "printer.out_of_paper", Clerk, passing,
        "打印机缺纸，文件还没有打印出来。", "装好纸后打印会继续；不要重复点打印。";
    /// Paper jam.
    PaperJam = "printer.paper_jam", Clerk, passing,
        "打印机卡纸，文件还没有完整打印出来。", "取出卡住的纸张后打印会继续；已出的残页请作废收回。";
    /// Toner or ink is used up.
    TonerEmpty = "printer.toner_empty", Clerk, passing,
        "打印机的墨粉或墨水用完了，文件还没有打印出来。", "更换耗材后打印会继续。";
    /// Toner or ink is nearly used up.
    TonerLow = "printer.toner_low", Clerk, passing,
        "打印机的墨粉或墨水快用完了，暂时还能打印。", "请备好耗材，字迹变浅时更换。";
    /// Stopped or paused by somebody.
    PrinterStopped = "printer.stopped", Administrator, passing,
        "打印机已被停用或暂停，文件在队列里等着。", "在打印机面板上恢复打印；恢复不了请管理员启用队列。";
    /// It refuses new jobs.
    NotAcceptingJobs = "printer.not_accepting_jobs", Administrator, passing,
        "打印机现在不接收新的打印任务。", "请管理员启用该打印队列，或换一台打印机。";
    /// Nothing answers at its address.
    PrinterUnreachable = "printer.unreachable", Administrator, passing,
        "联系不上打印机，文件没有送出。", "检查打印机电源和网线；仍不行请管理员检查打印服务。";
    /// It does not take this kind of document.
    FormatNotSupported = "printer.format_not_supported", Administrator, permanent,
        "打印机不支持这种文件格式，文件没有打印。", "换一台支持 PDF 的打印机，或请管理员配置打印队列转换。";
    /// The paper size asked for is not loaded or not known.
    MediaNotReady = "printer.media_not_ready", Clerk, passing,
        "打印机里没有装这份文件需要的纸张。", "换上屏幕提示的纸张后打印会继续，或改选纸盒。";
    /// The printer gave the job up.
    JobAborted = "printer.job_aborted", Clerk, passing,
        "打印机放弃了这份文件，没有打印成功。", "排除打印机面板上的提示后重新打印；已出的残页请作废收回。";
    /// Somebody cancelled the job at the printer or in the queue.
    JobCancelled = "printer.job_cancelled", Clerk, passing,
        "这份文件在打印机或队列里被取消了，没有打印完。", "需要时重新打印；已出的残页请作废收回。";
    /// We can no longer learn what became of the job.
    JobLost = "printer.job_lost", Clerk, passing,
        "文件已送到打印机，但查不到打印结果。", "先看打印机是否已出纸：已出请登记为已打印，没出再重新打印。";
    /// It wants attention and does not say which.
    PrinterNeedsAttention = "printer.needs_attention", Clerk, passing,
        "打印机需要人工处理，文件还没有打印出来。", "按打印机面板上的提示处理，处理好后打印会继续。";
}

impl std::fmt::Display for FaultCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    #[test]
    fn every_code_is_complete_and_its_own() {
        let mut codes = HashSet::new();
        let mut sentences = HashSet::new();
        assert!(FaultCode::ALL.len() > 40);
        for &code in FaultCode::ALL {
            let name = code.as_str();
            assert!(codes.insert(name), "{name} twice");
            assert!(sentences.insert(code.sentence()), "{name}: sentence twice");
            let (area, rest) = name.split_once('.').expect("area.name");
            assert!(["device", "idcard", "scanner", "printer"].contains(&area), "{name}");
            assert!(rest.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
            for text in [code.sentence(), code.cure()] {
                assert!(is_chinese(text) && text.ends_with('。'), "{name}: {text}");
                assert!(text.chars().count() >= 10, "{name}: {text}");
                let bare = text.replace("{设备}", "").replace("{占用者}", "");
                assert!(!bare.contains(['{', '}']), "{name}: unknown place in {text}");
            }
            let wire = serde_json::to_string(&code).unwrap();
            assert_eq!(wire, format!("\"{name}\""));
        }
    }

    #[test]
    fn the_screens_know_the_codes_by_the_same_text() {
        let declared = FaultCode::decl(&ts_rs::Config::default());
        for &code in FaultCode::ALL {
            assert!(declared.contains(&format!("\"{code}\"")), "{code} in {declared}");
        }
    }

    #[test]
    fn what_only_others_can_mend_says_so() {
        for &code in FaultCode::ALL {
            let cure = code.cure();
            match code.who() {
                Who::Clerk => {}
                Who::Administrator => assert!(cure.contains("管理员"), "{code}: {cure}"),
                Who::Maker => assert!(cure.contains("供应商"), "{code}: {cure}"),
            }
        }
    }
}
