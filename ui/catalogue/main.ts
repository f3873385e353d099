/* A page with every widget in every state, for looking at. Not in the product. */
import { createApp } from 'vue'
import '@/design'
import { setContrast } from '@/design'
import CatalogueWindow from './CatalogueWindow.vue'

const query = new URLSearchParams(location.search)
if (query.get('contrast') === 'high') setContrast('high')
createApp(CatalogueWindow, { page: query.get('page') ?? 'intake' }).mount('#window')
