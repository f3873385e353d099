import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': here('./src') } },
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  build: {
    // The oldest system web view in the field is years behind; newer syntax leaves a white window there.
    target: 'es2019',
    // A data: address for an inlined asset would need a wider content security policy.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { officer: here('./index.html'), applicant: here('./applicant.html') },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
  },
})
