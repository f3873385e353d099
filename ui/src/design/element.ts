/**
 * The Element Plus components in use, each together with its style sheet. Import
 * them from here, not from the package: what is not listed is not in the bundle.
 */
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/el-button.css'
import 'element-plus/theme-chalk/el-checkbox.css'
import 'element-plus/theme-chalk/el-dialog.css'
import 'element-plus/theme-chalk/el-overlay.css'
import 'element-plus/theme-chalk/el-input.css'
import 'element-plus/theme-chalk/el-progress.css'
import 'element-plus/theme-chalk/el-radio.css'
import 'element-plus/theme-chalk/el-radio-group.css'
import './element.css'

export { ElButton, ElCheckbox, ElConfigProvider, ElDialog, ElInput, ElProgress, ElRadio, ElRadioGroup } from 'element-plus'
