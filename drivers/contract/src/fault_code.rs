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
    /// The maker's library broke the host's limits of memory.
    HostOvergrown = "device.host_overgrown", Maker, passing,
        "{设备}的驱动程序占用内存过多，已强制重启，其他设备不受影响。", "等几秒钟再试；反复出现请把诊断包交给供应商。";
    /// The host burns a core while nothing is asked of it.
    HostRunaway = "device.host_runaway", Maker, passing,
        "{设备}的驱动程序空转占用处理器，已强制重启，其他设备不受影响。", "等几秒钟再试；反复出现请把诊断包交给供应商。";
    /// A maker's library cannot be loaded, or is not one of ours.
    LibraryUnusable = "device.library_unusable", Administrator, permanent,
        "{设备}厂商提供的驱动库装不上，本机现在用不了它。", "请管理员核对驱动库的文件、处理器架构和授权文件后重新安装。";
    /// A recording was asked for and its file cannot be made or written on.
    TapeNotWritten = "device.tape_not_written", Administrator, permanent,
        "{设备}的录制文件写不进去，这一次没有录下来。", "请管理员检查录制文件所在文件夹的权限和剩余空间，或取消这台设备的录制设置。";
    /// A recording that cannot be played: torn, of another version, of another class of devices.
    TapeUnreadable = "device.tape_unreadable", Administrator, permanent,
        "{设备}要重放的录制文件不完整，或不是本版本、本类设备的录制，不能重放。", "请管理员换一个完整的录制文件，或用本版本重新录制。";
    /// A replay was asked for something else than was recorded.
    TapeDiffers = "device.tape_differs", Administrator, permanent,
        "这次的操作与录制时不同，重放中的{设备}没有可回答的内容。", "请按录制时的次序操作；要做别的操作，请管理员换上真实设备或另一份录制。";
    /// A maker's library broke the contract: an answer that is none, a page that does not fit.
    LibraryGarbage = "device.library_garbage", Maker, passing,
        "{设备}厂商的驱动库给出了不合规范的结果，没有采用。", "请再试一次；反复出现请把诊断包交给供应商。";
    /// The licence that the maker's library wants is missing or over.
    LicenceMissing = "device.licence_missing", Maker, permanent,
        "{设备}的厂商授权缺失或已过期，用不了。", "请联系供应商取得授权文件，由管理员安装后重新检测。";
    /// A capture that belongs to another request.
    CaptureReplayed = "device.capture_replayed", Administrator, passing,
        "{设备}给出的结果不是这一次采集的，没有采用。", "请重新采集；反复出现请停用这台设备并告知管理员。";
    /// A capture whose bytes are not those that were hashed.
    CaptureAltered = "device.capture_altered", Administrator, passing,
        "{设备}给出的结果在传送中被改动，没有采用。", "请重新采集；反复出现请停用这台设备并告知管理员。";
    /// A capture that was not made while it was asked for.
    CaptureLate = "device.capture_late", Administrator, passing,
        "{设备}给出的结果不在这一次采集的时间之内，没有采用。", "请重新采集；反复出现请停用这台设备并告知管理员。";
    /// The device needs time before it can work.
    NotReadyYet = "device.not_ready_yet", Clerk, passing,
        "{设备}正在启动，还没有准备好。", "等指示灯恢复正常后再试。";
    /// Its memory or disk is full.
    DeviceFull = "device.full", Clerk, passing,
        "{设备}的存储已满，刚才的操作没有完成。", "清理设备里的旧数据后再试；不会清理请联系管理员。";
    /// The battery is low.
    BatteryLow = "device.battery_low", Clerk, passing,
        "{设备}电量不足，随时可能停止工作。", "接上电源或更换电池后继续。";
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
    /// A receipt printer's knife is stuck.
    CutterStuck = "printer.cutter_stuck", Clerk, passing,
        "小票打印机的切刀卡住了，小票没有完整打印出来。", "关机后打开上盖，清理切刀处的纸屑再开机；已出的残票请作废收回。";
    /// A printer's error that only switching it off, or its maker, ends.
    PrinterUnrecoverable = "printer.unrecoverable", Maker, passing,
        "打印机报告了自己恢复不了的故障，文件没有完整打印出来。", "关机等十秒再开机，然后重新打印；仍报错请联系供应商维修，已出的残页请作废收回。";
    /// The roll is nearly at its end.
    PaperLow = "printer.paper_low", Clerk, passing,
        "打印机的纸快用完了，暂时还能打印。", "请备好纸卷，打完这一份后更换。";
    /// The print head is too hot.
    PrintHeadHot = "printer.head_hot", Clerk, passing,
        "打印机打印头过热，暂停打印。", "等几分钟降温后打印会继续；不要重复点打印。";

    // --- scanner and document camera: the picture itself ---
    /// Hardly any light.
    PageTooDark = "page.too_dark", Clerk, passing,
        "这一页太暗，字迹看不清。", "打开补光灯或调亮以后再来一次；必须使用时请写明原因后保留。";
    /// A lamp or the sun shines on it.
    PageGlare = "page.glare", Clerk, passing,
        "这一页有反光，部分字迹看不清。", "转动材料或关掉顶灯，避开反光再来一次；必须使用时请写明原因后保留。";
    /// Out of focus or shaken.
    PageBlurred = "page.blurred", Clerk, passing,
        "这一页模糊，字迹看不清。", "放平材料、不要移动，再来一次；必须使用时请写明原因后保留。";
    /// An edge lies outside the picture.
    PageCutOff = "page.cut_off", Clerk, passing,
        "材料不全，有一边在画面外。", "把材料整个放进去再来一次；必须使用时请写明原因后保留。";
    /// No sheet was found in the picture.
    PageNotFound = "page.not_found", Clerk, passing,
        "画面里没有找到材料的边缘。", "把材料放在深色底板上、四边露出来再来一次，也可以手工裁切。";

    /// So much light that strokes have gone.
    PageTooBright = "page.too_bright", Clerk, passing,
        "这一页太亮，浅色字迹看不清。", "调低亮度或移开灯光后重新采集；必须使用时请写明原因后保留。";
    /// It slants.
    PageSkewed = "page.skewed", Clerk, passing,
        "这一页歪斜，没有摆正。", "把材料摆正后重新采集；必须使用时请写明原因后保留。";
    /// Nothing is on it.
    PageBlank = "page.blank", Clerk, passing,
        "这一页是空白的，上面没有内容。", "如果放反了请翻面重扫；确实是空白页可以删除，或写明原因后保留。";

    // --- camera ---
    /// It offers nothing that we can use.
    CameraFormatUnknown = "camera.format_unknown", Administrator, permanent,
        "照相机没有本机能用的图像格式。", "请管理员更换照相机，或核对它的型号和驱动。";
    /// It runs and delivers no picture.
    CameraNoFrames = "camera.no_frames", Clerk, passing,
        "照相机没有传来画面。", "检查镜头盖和数据线，重新插拔照相机后再试。";
    /// A picture came that cannot be decoded.
    CameraPictureBroken = "camera.picture_broken", Clerk, passing,
        "照相机传来的照片不完整，没有采用。", "请再拍一次；反复出现请换一个 USB 接口并告知管理员。";
    /// A control refuses a value.
    CameraControlRefused = "camera.control_refused", Administrator, passing,
        "照相机不接受这项设置，照片没有拍。", "改回自动后再试；仍不行请管理员核对照相机的设置。";
    /// The shutter did not release: no focus.
    CameraNoFocus = "camera.no_focus", Clerk, passing,
        "照相机对不上焦，没有拍成。", "请被拍的人坐正、保持不动，或改用手动对焦后再拍。";
    /// No memory card, and the camera wants one.
    CameraNoCard = "camera.no_card", Clerk, passing,
        "照相机里没有存储卡，照片没有拍成。", "装好存储卡，或把照相机设为只存到电脑。";
    /// Its mode dial stands where it cannot be steered.
    CameraWrongMode = "camera.wrong_mode", Clerk, passing,
        "照相机的模式不允许电脑控制，照片没有拍成。", "把照相机的模式转盘转到 M 挡再试。";
    /// The same picture again and again: the camera is stuck, or somebody plays a picture to us.
    CameraFrozen = "camera.frozen", Clerk, passing,
        "照相机的画面停住不动，刚才的画面没有采用。", "重新插拔照相机后再拍；反复出现请换一台照相机并告知管理员。";
    /// Nothing but darkness.
    CameraTooDark = "camera.too_dark", Clerk, passing,
        "照相机拍到的画面几乎全黑，照片没有采用。", "取下镜头盖、打开补光灯后再拍。";
    /// A picture of another size than was set.
    CameraWrongSize = "camera.wrong_size", Administrator, passing,
        "照相机传来的照片尺寸与设置不符，没有采用。", "请再拍一次；反复出现请管理员核对照相机的型号和尺寸设置。";

    // --- signature pad ---
    /// Nobody wrote.
    SignatureEmpty = "signature.empty", Clerk, passing,
        "签字板上还没有签字，没有可以采用的笔迹。", "请当事人在签字板的框内签名后再确认。";
    /// Nobody touched the pad for too long.
    SignatureTimedOut = "signature.timed_out", Clerk, passing,
        "长时间没有签字，签字已停止。", "需要时重新开始签字；不会写字的请按指印并写明原因。";
    /// A few points only: a dot, not a name.
    SignatureTooShort = "signature.too_short", Clerk, passing,
        "签字太短，看不出是姓名，没有采用。", "请当事人重新签写完整姓名。";
    /// The pad reports points outside of its field.
    SignatureOutside = "signature.outside", Administrator, passing,
        "签字板报告的坐标超出书写区，签字没有采用。", "请重新签字；反复出现请管理员校准签字板。";
    /// Points came too seldom to keep the hand's shape.
    SignatureSparse = "signature.sparse", Administrator, passing,
        "签字板传来的笔迹点太少，签字没有采用。", "请重新签字；反复出现请管理员换一个 USB 接口或更换签字板。";
    /// The citizen refused on the pad.
    SignatureDeclined = "signature.declined", Clerk, passing,
        "当事人在签字板上按了取消，没有签字。", "向当事人说明后重新开始签字，或停止办理。";

    // --- fingerprint sensor ---
    /// No finger in time.
    NoFinger = "fingerprint.no_finger", Clerk, passing,
        "指纹采集器上没有手指。", "请当事人把手指平放在采集窗上，按提示保持不动。";
    /// Below the threshold.
    FingerQualityLow = "fingerprint.quality_low", Clerk, passing,
        "这枚指纹图像质量不够，没有采用。", "擦干净采集窗和手指，稍用力平放后再采；几次都不行可换手指并写明原因。";
    /// Too dry or too light.
    FingerTooDry = "fingerprint.too_dry", Clerk, passing,
        "手指太干或按得太轻，指纹没有采清。", "请当事人哈一口气或抹一点水，稍用力按下后再采。";
    /// Too wet or too hard.
    FingerTooWet = "fingerprint.too_wet", Clerk, passing,
        "手指太湿或按得太重，指纹没有采清。", "擦干手指和采集窗，轻轻按下后再采。";
    /// It moved.
    FingerMoved = "fingerprint.moved", Clerk, passing,
        "采集时手指移动了，指纹没有采清。", "请当事人按下后保持不动，听到提示音再拿开。";
    /// It lies at the edge.
    FingerOffCentre = "fingerprint.off_centre", Clerk, passing,
        "手指没有放在采集窗中间，指纹没有采全。", "请当事人把指肚放在采集窗正中再采。";
    /// The last finger lies still.
    FingerNotLifted = "fingerprint.not_lifted", Clerk, passing,
        "上一枚手指还没有拿开，不能采下一枚。", "请当事人先拿开手指，再按提示放下一枚。";
    /// The window is dirty.
    SensorDirty = "fingerprint.sensor_dirty", Clerk, passing,
        "采集窗上有残留的印迹，采集会出错。", "用软布擦干净采集窗后再采。";
    /// What lies there is no living finger, says the sensor.
    FingerNotAlive = "fingerprint.not_alive", Clerk, passing,
        "采集器认为放上去的不是真手指，没有采用。", "请当事人擦干净手指再采；仍不通过请核实后换一台采集器。";
    /// The same finger twice.
    FingerDuplicate = "fingerprint.duplicate", Clerk, passing,
        "这枚指纹和刚才采的另一枚相同，没有采用。", "核对手指：请当事人换成屏幕上提示的那一枚再采。";
    /// The picture shows no fingerprint.
    FingerNotAPrint = "fingerprint.not_a_print", Clerk, passing,
        "采到的图像里没有指纹纹路，没有采用。", "擦干净采集窗和手指后再采。";

    // --- evaluation pad ---
    /// Nobody pressed a key.
    EvaluationTimedOut = "evaluation.timed_out", Clerk, passing,
        "当事人没有按评价键，本次没有评价。", "可以再请一次，或让当事人用手机扫码评价。";
    /// A key that has no level.
    EvaluationUnknownKey = "evaluation.unknown_key", Administrator, passing,
        "评价器送来没有定义的按键，本次没有采用。", "请当事人再按一次；反复出现请管理员核对评价器型号。";

    // --- code scanner ---
    /// Nobody held a code in front of it.
    NoCode = "code.none", Clerk, passing,
        "扫码枪没有扫到码，没有可以采用的内容。", "把码平放、对准红线再扫；也可以手工录入编号。";
    /// The bytes are no text.
    CodeUnreadable = "code.unreadable", Clerk, passing,
        "扫到的码读不出文字，没有采用。", "抚平纸张再扫；仍不行请手工录入编号。";
    /// It is longer than any of ours.
    CodeTooLong = "code.too_long", Clerk, passing,
        "扫到的码内容过长，不是办件用的码。", "换成回执或材料上的码再扫。";

    // --- chip card ---
    /// No card in the slot.
    NoChipCard = "chip.no_card", Clerk, passing,
        "IC卡读写器里没有卡。", "把卡芯片朝前插到底，或平放在感应区。";
    /// The card does not answer.
    ChipMute = "chip.mute", Clerk, passing,
        "卡片没有应答，可能插反了或芯片损坏。", "擦干净芯片，按图示方向重新插入；仍不行请换一张卡。";
    /// The card left meanwhile.
    ChipPulled = "chip.pulled", Clerk, passing,
        "卡片在读完之前被拔出，没有读到完整信息。", "重新插好卡，提示完成后再拔。";
    /// It has no application that we know.
    ChipUnknown = "chip.unknown", Clerk, permanent,
        "这张卡里没有本机能读的应用。", "换成社会保障卡再试，或手工录入。";
    /// The card refused a command.
    ChipRefused = "chip.refused", Clerk, passing,
        "卡片拒绝了读取，没有读到信息。", "重新插卡再试；仍不行请手工录入。";
    /// The service behind the readers does not run.
    ChipServiceMissing = "chip.service_missing", Administrator, permanent,
        "本机的智能卡服务没有运行，读不了卡。", "请管理员启动智能卡服务（pcscd）后重新检测。";

    // --- UKey ---
    /// No key in the socket.
    NoUkey = "ukey.absent", Clerk, passing,
        "没有插密码钥匙，现在不能签名。", "插好本人的密码钥匙后再试。";
    /// The PIN is wrong.
    PinWrong = "ukey.pin_wrong", Clerk, passing,
        "密码钥匙的口令不对。", "核对后重新输入；连续输错会锁定钥匙。";
    /// The PIN is locked.
    PinLocked = "ukey.pin_locked", Administrator, permanent,
        "密码钥匙已锁定，不能再输入口令。", "请管理员到证书管理部门解锁。";
    /// No certificate in the container.
    UkeyNoCertificate = "ukey.no_certificate", Administrator, permanent,
        "密码钥匙里没有签名证书。", "请管理员到证书管理部门申领或更新证书。";
    /// The key's library refused.
    UkeyRefused = "ukey.refused", Administrator, passing,
        "密码钥匙拒绝了这项操作。", "拔下重插再试；反复出现请管理员核对钥匙和驱动版本。";
    /// What was signed or decrypted does not hold.
    UkeyBadResult = "ukey.bad_result", Maker, passing,
        "密码钥匙给出的结果验证不通过，没有采用。", "请再试一次；反复出现请停用这把钥匙并联系供应商。";

    // --- queue caller and spoken prompts ---
    /// The sign did not confirm the call.
    CallNotConfirmed = "caller.not_confirmed", Clerk, passing,
        "叫号器没有确认这次叫号，屏幕可能没有显示。", "看一眼叫号屏，没有显示就按重呼；仍不行请口头叫号。";
    /// The queue server refused.
    CallRefused = "caller.refused", Administrator, passing,
        "叫号系统没有接受这次叫号。", "核对号码后再试；反复出现请管理员检查叫号系统。";
    /// No Chinese voice is installed.
    VoiceMissing = "speaker.voice_missing", Administrator, permanent,
        "本机没有中文语音，读不出提示。", "请管理员安装中文语音组件；提示仍会显示在屏幕上。";
    /// No sound comes out.
    SoundFailed = "speaker.sound_failed", Administrator, passing,
        "语音没有播出来，当事人听不到提示。", "检查音箱和音量；仍不行请管理员检查声音设备。提示仍会显示在屏幕上。";
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

    /// The first word of a code: whose fault it is.
    const AREAS: [&str; 14] = [
        "device",
        "idcard",
        "scanner",
        "printer",
        "page",
        "camera",
        "signature",
        "fingerprint",
        "evaluation",
        "code",
        "chip",
        "ukey",
        "caller",
        "speaker",
    ];

    fn is_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    #[test]
    fn every_code_is_complete_and_its_own() {
        let mut codes = HashSet::new();
        let mut sentences = HashSet::new();
        assert!(FaultCode::ALL.len() >= 100);
        for &code in FaultCode::ALL {
            let name = code.as_str();
            assert!(codes.insert(name), "{name} twice");
            assert!(sentences.insert(code.sentence()), "{name}: sentence twice");
            let (area, rest) = name.split_once('.').expect("area.name");
            assert!(AREAS.contains(&area), "{name}");
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
