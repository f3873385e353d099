// Made from crates/terminal/src/rpc by crates/terminal/tests/types.rs. Do not edit.
/** From assets/messages/messages.toml. */
export const words = {
  WINDOW_NO_ANSWER: { sentence: "本机终端程序没有应答，这一步是否完成还不知道。", cure: "请稍候再试，同一步骤不会做两遍；仍不行请重新启动窗口程序。", who: "clerk" },
  WINDOW_ANSWER_UNREADABLE: { sentence: "本机终端程序的应答无法识别。", cure: "请重新启动窗口程序；仍不行请联系系统管理员。", who: "clerk" },
  WINDOW_FAULT: { sentence: "这个画面出了差错，已录入的内容还在。", cure: "请再试一次；仍不行请按 F2 回工作台再打开这一件。", who: "clerk" },
} as const;
