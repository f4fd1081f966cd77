// Passkeys: asks the browser for one and sends what it answers; codes work without this.
(() => {
  'use strict'
  const { PublicKeyCredential } = window
  const forms = document.querySelectorAll('form[data-passkey]')
  if (!PublicKeyCredential) return

  function bytes(text) {
    const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
    return Uint8Array.from(plain, (sign) => sign.charCodeAt(0))
  }

  function text(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer))
    return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
  }

  function read(options) {
    const asked = options.publicKey
    const named = (one) => ({ ...one, id: bytes(one.id) })
    asked.challenge = bytes(asked.challenge)
    if (asked.user) asked.user = named(asked.user)
    for (const list of ['excludeCredentials', 'allowCredentials']) {
      if (asked[list]) asked[list] = asked[list].map(named)
    }
    return { publicKey: asked }
  }

  function written(one) {
    const response = {}
    for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
      if (one.response[part]) response[part] = text(one.response[part])
    }
    if (one.response.getTransports) response.transports = one.response.getTransports()
    return JSON.stringify({
      type: one.type,
      id: one.id,
      rawId: text(one.rawId),
      authenticatorAttachment: one.authenticatorAttachment,
      response,
      clientExtensionResults: one.getClientExtensionResults()
    })
  }

  async function answer(form) {
    const options = form.dataset.options
      ? JSON.parse(form.dataset.options)
      : (await (await fetch(form.action, { headers: { Accept: 'application/json' } })).json()).options
    const asked = read(options)
    const one = form.dataset.passkey === 'create'
      ? await navigator.credentials.create(asked)
      : await navigator.credentials.get(asked)
    form.elements.credential.value = written(one)
    HTMLFormElement.prototype.submit.call(form)
  }

  forms.forEach((form) => {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      event.stopPropagation()
      const note = form.querySelector('[data-passkey-failed]')
      if (note) note.hidden = true
      answer(form).catch(() => { if (note) note.hidden = false })
    })
  })
})()
