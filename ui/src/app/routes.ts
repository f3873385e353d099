/**
 * The pages of the officer window and what each is told. A page is a component of
 * `app/pages.ts`; its props are the fields of its route without `page`. A page goes
 * elsewhere with `go({ page: … })` of `app/view.ts` and back with `back()`.
 */
export type Route =
  /** 工作台 */
  | { page: 'desk' }
  /** 受理: choose a matter. `text` is already typed into the search; `arrival`: for whoever laid the card. */
  /** `from`: for the person of that case (连办). */
  | { page: 'matters'; text?: string; arrival?: true; from?: string }
  /** 咨询 without a case. */
  | { page: 'consult'; matter: string; arrival?: true }
  /** 一件事: choose a package. */
  | { page: 'packages'; arrival?: true }
  /** 一件事: the members of the package of a case. */
  | { page: 'package'; case: string }
  /** 日清单 */
  | { page: 'daysheet' }
  /** 批量审核 */
  | { page: 'batch' }
  /** 受理: fill a case at the counter. `target` jumps to something that is missing (`field:PATH`, `material:ID`, `slot:ID`). */
  | { page: 'intake'; case: string; target?: string }
  /** 扫描: pages of the case's materials, standing at `material`. */
  | { page: 'scan'; case: string; material?: string }
  /** 办件: find cases. */
  | { page: 'cases'; text?: string }
  /** One case to look at: form, materials, papers, trail, and what may be done next. */
  | { page: 'case'; case: string }
  /** 审核: the next case that waits, or the one named. */
  | { page: 'review'; case?: string }
  /** Papers of a case; `document` is shown at once (F11: the one-time notice). */
  | { page: 'print'; case: string; document?: string }
  /** 领取登记 */
  | { page: 'collect'; case: string }
  /** 挂单 */
  | { page: 'parked' }
  /** 没有办成的: acts of a case that the server did not place. */
  | { page: 'mend'; case: string }
  /** 同步情况 */
  | { page: 'sync' }
  /** 设备; `device` is shown first. */
  | { page: 'devices'; device?: string }
  /** 设置 of this window. */
  | { page: 'settings' }

export type PageName = Route['page']
export type PropsOf<P extends PageName> = Omit<Extract<Route, { page: P }>, 'page'>

const tabOfPage: Record<PageName, string> = {
  desk: 'desk', matters: 'intake', intake: 'intake', scan: 'intake', cases: 'cases', case: 'cases', review: 'review',
  print: 'cases', collect: 'cases', parked: 'desk', sync: '', devices: 'devices', settings: 'settings',
  mend: 'cases', consult: 'intake', packages: 'intake', package: 'intake', daysheet: 'desk', batch: 'review',
}

/** The tab that is lit while a page is shown. A list of cases that was opened to search is the search. */
export const tabOf = (route: Route): string => (route.page === 'cases' && route.text !== undefined ? 'search' : tabOfPage[route.page])

/** What a tab opens. */
export const pageOfTab: Partial<Record<string, Route>> = {
  desk: { page: 'desk' }, intake: { page: 'matters' }, cases: { page: 'cases' }, review: { page: 'review' }, search: { page: 'cases', text: '' },
  devices: { page: 'devices' }, settings: { page: 'settings' },
}
