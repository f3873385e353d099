/** Kinds of document as a code table for the form: one digit each. */
import type { CodeTable } from '@/form/types'
import type { DocumentKind } from '@/rpc'
import { documentWords } from '../cases/words'

export const documentCodes: Record<DocumentKind, string> = {
  resident_card: '1', residence_permit: '2', permanent_residence18: '3', permanent_residence15: '4', passport: '5', resident_card15: '6', none: '9',
}

export const documentTable: CodeTable = {
  id: 'collector-document',
  title: '证件',
  entries: (Object.keys(documentCodes) as DocumentKind[]).map((kind) => ({ code: documentCodes[kind], text: documentWords[kind] })),
}
