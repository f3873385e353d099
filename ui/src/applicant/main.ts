import { createApp } from 'vue'
import '@/design'
import { connect } from '@/rpc'
import ApplicantWindow from './ApplicantWindow.vue'

connect('applicant')
createApp(ApplicantWindow).mount('#window')
