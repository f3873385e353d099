/** The case at the counter: its view, what is typed, the acts of the intake. */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue'
import { DraftKeeper } from '@/app/draft'
import { changedBy } from '@/app/form'
import { fail, say } from '@/app/messages'
import { saved } from '@/app/saved'
import { shellState, takeShell } from '@/app/shell'
import { beforeLeaving } from '@/app/view'
import { asFailure, call, newCommandId, type CaseView } from '@/rpc'
import { shownClock } from '../cases/moment'
import { useCase } from '../cases/useCase'

/** A look-up with what the form holds that the register did not give: it is made by itself once for each. */
export const lookupKey = (lookup: string, now: CaseView): string =>
  `${lookup} ${now.sections.map((one) => one.rows.map((row) => row.map((field) => (field.source === 'register' ? '' : field.value)).join('\t')).join('\n')).join('\n')}`

export function useIntake(caseId: () => string) {
  const { view, error, busy, load, change, take } = useCase(caseId)
  const marks = shallowRef<ReadonlyMap<string, string>>(new Map())
  const materialMarks = shallowRef<ReadonlyMap<string, string>>(new Map())
  const signerMarks = shallowRef<ReadonlyMap<string, string>>(new Map())
  const unlocked = shallowRef<ReadonlySet<string>>(new Set())
  const asking = ref<string | null>(null)
  /** Why a check has no answer, by look-up. */
  const lookupFaults = shallowRef<ReadonlyMap<string, string>>(new Map())
  const restored = ref(false)
  /** Look-ups made by themselves, by what they asked with; each is made once, then by key only. */
  const asked = new Set<string>()

  const keeper = new DraftKeeper(caseId(), {
    async saveDraft(request) { takeShell(await call('save_draft', request)) },
    changeFields: (request) => call('change_fields', request),
  }, {
    saved() {
      const time = shellState.trustedNow.value
      saved.value = `已保存 ${shownClock(time)}:${String(Math.floor(time / 1000) % 60).padStart(2, '0')}`
    },
    changed: take,
    failed: (failure) => { fail(failure, () => keeper.save()) },
  })

  const online = computed(() => shellState.shell.value?.sync.online === true)
  const editable = computed(() => view.value?.editable === true)

  watch(view, (now) => {
    if (now && !restored.value) {
      restored.value = true
      keeper.restore(now.draft)
    }
    void askByItself()
  })
  watch(error, (now) => {
    if (!now) return
    fail(now)
    error.value = null
  })

  const marksOf = (before: CaseView, after: CaseView): void => {
    const changed = changedBy(before, after)
    marks.value = changed.fields
    materialMarks.value = changed.materials
    signerMarks.value = changed.signers
    if (changed.words) say(changed.words, 'plain')
  }

  async function answer(question: string, id: string): Promise<boolean> {
    const before = view.value
    if (!before || !editable.value) return false
    await keeper.commit()
    const done = await change(`answer ${question} ${id}`, 'answer_question', { case: caseId(), question, answer: id })
    if (done && view.value) marksOf(before, view.value)
    return done
  }

  /** Asks the register. What it answers instead of an answer stands beside the check; by itself it raises no alarm. */
  async function lookUp(lookup: string, byItself = false): Promise<boolean> {
    if (asking.value !== null) return false
    await keeper.commit()
    asking.value = lookup
    try {
      take(await call('run_lookup', { command: newCommandId(), case: caseId(), lookup }))
      lookupFaults.value = new Map(Array.from(lookupFaults.value).filter(([id]) => id !== lookup))
      return true
    } catch (thrown) {
      const failure = asFailure(thrown)
      lookupFaults.value = new Map([...lookupFaults.value, [lookup, failure.sentence]])
      if (!byItself) fail(failure)
      return false
    } finally {
      asking.value = null
    }
  }

  /** A check that can be made and was not made yet is made without a key: once for what the form holds now. */
  async function askByItself(): Promise<void> {
    const now = view.value
    if (!now || !editable.value || !online.value || asking.value !== null || keeper.pending.value.size > 0) return
    const next = now.lookups.find((one) => one.askable && one.state === 'not_checked' && !asked.has(lookupKey(one.id, now)))
    if (!next) return
    asked.add(lookupKey(next.id, now))
    const before = now
    const done = await lookUp(next.id, true)
    if (done && view.value) {
      const changed = changedBy(before, view.value)
      if (changed.fields.size) marks.value = changed.fields
    }
    void askByItself()
  }

  function unlock(field: string, reason: string): void {
    keeper.reasons.set(field, reason)
    unlocked.value = new Set([...unlocked.value, field])
  }

  async function settle(): Promise<void> {
    await keeper.commit()
    unlocked.value = new Set()
  }

  const stopLeaving = beforeLeaving(settle)
  onMounted(() => { saved.value = '' })
  onBeforeUnmount(() => {
    stopLeaving()
    saved.value = ''
  })

  return { view, busy, load, change, take, keeper, marks, materialMarks, signerMarks, unlocked, asking, lookupFaults, editable, online, answer, lookUp, unlock, settle }
}
