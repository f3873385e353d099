import type { CaseView, Identity, PersonRole } from '@/rpc'
import { personWords } from '../cases/words'

export interface PersonLine {
  person: PersonRole
  label: string
  /** Name as read, else as the form has it. */
  name: string
  state: 'card' | 'typed' | 'none'
  /** Whether a signature waits for this identity. */
  needed: boolean
  section: string | null
}

/** Persons of the case in the order of the form, each once; those whose identity a signature needs are marked. */
export function personsOf(view: CaseView): PersonLine[] {
  const order: PersonRole[] = []
  for (const section of view.sections) if (section.person && !order.includes(section.person)) order.push(section.person)
  for (const signer of view.signers) if (signer.slot !== 'collector' && !order.includes(signer.person)) order.push(signer.person)
  return order.map((person) => {
    const identity = view.identities.find((one) => one.person === person)
    const section = view.sections.find((one) => one.person === person)
    const signers = view.signers.filter((one) => one.person === person)
    const named = section?.rows[0]?.find((field) => field.kind === 'name')?.value ?? ''
    return {
      person,
      label: section?.title ?? signers[0]?.label ?? personWords[person],
      name: identity?.identity.name || signers[0]?.name || named,
      state: identity ? (identity.attestation ? 'card' : 'typed') : 'none',
      needed: signers.length > 0,
      section: section?.id ?? null,
    }
  })
}

/** Whose card the key reads: the person of the section with the cursor, else the first who is needed and not read. */
export function nextPerson(lines: readonly PersonLine[], section: string): PersonLine | undefined {
  return lines.find((one) => one.section === section && one.section !== null)
    ?? lines.find((one) => one.needed && one.state === 'none')
    ?? lines.find((one) => one.state === 'none')
    ?? lines[0]
}

/** An identity as typed. Birth date and sex stand in the 18-digit number itself (GB 11643-1999, 4.2). */
export function typedIdentity(document: Identity['document'], number: string, name: string): Identity {
  const bare = number.replace(/\s/g, '').toUpperCase()
  const resident = document === 'resident_card' && /^\d{17}[\dX]$/.test(bare)
  return {
    document,
    number: bare,
    name: name.trim(),
    sex: resident ? (Number(bare[16]) % 2 === 1 ? '1' : '2') : '',
    ethnic_group: '',
    birth_date: resident ? `${bare.slice(6, 10)}-${bare.slice(10, 12)}-${bare.slice(12, 14)}` : '',
    address: '',
    issuing_office: '',
    valid_from: '',
    valid_until: '',
    portrait: null,
  }
}
