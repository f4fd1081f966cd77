// What the desk adds where scripts run; every act works without it.
(() => {
  'use strict'
  const RETRY_AFTER = 20000
  const ALARMS_AFTER = 60000

  // The one way from text to a page, for answers of our own desk; nothing else may make one.
  const trusted = { createHTML: (text) => text }
  const policy = window.trustedTypes ? window.trustedTypes.createPolicy('kamkor', trusted) : trusted

  function pageOf(text) {
    return new DOMParser().parseFromString(policy.createHTML(text), 'text/html')
  }

  document.documentElement.classList.add('js-on')

  function release(form) {
    delete form.dataset.sent
    form.querySelectorAll('button[data-label]').forEach((button) => {
      button.textContent = button.dataset.label
      delete button.dataset.label
      button.disabled = false
      button.removeAttribute('aria-busy')
    })
  }

  // A lost answer may be sent again after a while: the form's command id keeps it one fact.
  function hold(event) {
    const form = event.target
    if (form.method !== 'post' || event.defaultPrevented) return
    clearTimeout(pause)
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = '1'
    const pressed = event.submitter && event.submitter.dataset.saving
      ? event.submitter
      : form.querySelector('button[data-saving]')
    // Disabled only after the browser has read the form, else the button's own value is not sent.
    setTimeout(() => {
      if (!pressed || event.defaultPrevented) return
      pressed.dataset.label = pressed.textContent
      pressed.textContent = pressed.dataset.saving
      pressed.setAttribute('aria-busy', 'true')
      pressed.disabled = true
    }, 0)
    setTimeout(() => release(form), RETRY_AFTER)
  }

  function count(box) {
    const note = document.querySelector(`[data-count-for="${CSS.escape(box.id)}"]`)
    if (note) note.textContent = `${note.dataset.left} ${box.maxLength - box.value.length}`
  }

  async function copy(button) {
    const text = button.dataset.copy
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      const box = document.createElement('textarea')
      box.value = text
      button.after(box)
      box.select()
      document.execCommand('copy')
      box.remove()
      button.focus()
    }
    const before = [...button.childNodes]
    if (button.dataset.done) return
    button.dataset.done = '1'
    button.setAttribute('aria-live', 'polite')
    button.textContent = button.dataset.copied
    setTimeout(() => {
      button.replaceChildren(...before)
      delete button.dataset.done
    }, 2000)
  }

  function togglePassword(button) {
    const box = document.getElementById(button.dataset.showPassword)
    const shown = box.type === 'text'
    const label = button.textContent
    box.type = shown ? 'password' : 'text'
    button.textContent = button.dataset.hide
    button.dataset.hide = label
    button.setAttribute('aria-pressed', String(!shown))
  }

  function press(event) {
    const button = event.target.closest('button')
    if (!button) return
    if (button.dataset.copy !== undefined) copy(button)
    if (button.dataset.print !== undefined) window.print()
    if (button.dataset.showPassword) togglePassword(button)
  }

  // The strip is replaced only when it says something new, so that nobody hears it every minute.
  async function askForAlarms(strip) {
    const answer = await fetch(strip.dataset.poll)
    if (!answer.ok || answer.redirected) return
    const now = strip.querySelector('[data-mark]')
    const next = pageOf(await answer.text()).querySelector('[data-mark]')
    if (!next || (now && now.dataset.mark === next.dataset.mark)) return
    strip.replaceChildren(document.adoptNode(next))
    const plain = document.title.replace(/^\(\d+\) /, '')
    const number = Number(next.dataset.alarms)
    document.title = number ? `(${number}) ${plain}` : plain
  }

  function answersTo(form, name) {
    return [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
      .filter((one) => !one.disabled && (one.type === 'radio' || one.type === 'checkbox' ? one.checked : true))
      .map((one) => one.value)
  }

  function holds(form, name, wanted) {
    const codes = wanted.split(' ')
    return answersTo(form, name).some((answer) => codes.includes(answer))
  }

  // What is not asked for is disabled, so that it is not sent either. What was refused stays in sight.
  function askAfter(form) {
    form.querySelectorAll('[data-when]').forEach((part) => {
      const asked = holds(form, part.dataset.when, part.dataset.in)
      const refused = part.querySelector('[data-refusal]')
      part.hidden = !asked && !refused
      const controls = part.matches('option') ? [part] : part.querySelectorAll('input, select, textarea')
      controls.forEach((one) => { one.disabled = part.hidden })
    })
    form.querySelectorAll('select').forEach((box) => {
      if (box.selectedOptions[0] && box.selectedOptions[0].disabled) box.value = ''
    })
    form.querySelectorAll('[data-live]').forEach((part) => makeLive(form, part))
  }

  // "None of these" is live for a child who was seen, while no question beside it is answered yes.
  function makeLive(form, part) {
    const group = part.closest('fieldset')
    const yes = group && group.querySelector('input[type="radio"][value="yes"]:checked')
    const live = holds(form, part.dataset.live, part.dataset.in) && !yes
    part.querySelectorAll('input').forEach((one) => {
      one.disabled = !live
      if (!live) one.checked = false
    })
  }

  function changed(event) {
    const form = event.target.form
    if (form && form.querySelector('[data-when], [data-live]')) askAfter(form)
    if (form && form.elements.command_id && mayKeep(form)) keep(form)
  }

  // No browser shows the answer to a sent form again by Back, nor the rows that were added to one.
  // What was typed waits in the entry of the history, locked with a key that ends with the session,
  // and is asked for again. Passwords and files are typed and chosen anew.
  function mayKeep(form) {
    return form.matches('[data-kept]') && !form.querySelector('[type=password], [type=file]') &&
      document.body.dataset.key && crypto.subtle
  }

  function key(how) {
    const bytes = document.body.dataset.key.match(/../g).map((pair) => parseInt(pair, 16))
    return crypto.subtle.importKey('raw', new Uint8Array(bytes), 'AES-GCM', false, [how])
  }

  let keptLast = 0

  async function keep(form) {
    const turn = ++keptLast
    const iv = crypto.getRandomValues(new Uint8Array(12))
    const typed = new TextEncoder().encode(new URLSearchParams(new FormData(form)).toString())
    const locked = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key('encrypt'), typed)
    if (turn === keptLast) history.replaceState({ iv, locked }, '', location.href)
  }

  async function askAgain(form) {
    const { iv, locked } = history.state
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await key('decrypt'), locked)
    const typed = new URLSearchParams(new TextDecoder().decode(opened))
    typed.set('csrfmiddlewaretoken', form.elements.csrfmiddlewaretoken.value)
    typed.set('stale', 'edit')
    const answer = await fetch(form.action, { method: 'POST', body: typed })
    const page = pageOf(await answer.text())
    document.getElementById('main').replaceWith(document.adoptNode(page.getElementById('main')))
    document.querySelectorAll('form').forEach(askAfter)
  }

  function comeBack() {
    const form = document.querySelector('form[data-kept]')
    if (!form || !mayKeep(form)) return
    if (document.body.dataset.posted !== undefined) keep(form)
    // What another session has locked stays locked, and the form as it came.
    else if (history.state && history.state.locked) askAgain(form).catch(() => {})
  }

  // A search answers while it is typed: by the same form, so nothing typed stands in an address.
  const TYPED_AT_LEAST = 3
  const TYPING_PAUSE = 350
  let typing = null
  let pause = 0

  async function searchTyped(form) {
    if (typing) typing.abort()
    typing = new AbortController()
    const asked = new URLSearchParams(new FormData(form))
    const answer = await fetch(form.action, { method: 'POST', body: asked, signal: typing.signal })
    if (answer.status !== 200 || answer.redirected) return
    const found = pageOf(await answer.text()).getElementById(form.dataset.typing)
    if (found) document.getElementById(form.dataset.typing).replaceWith(document.adoptNode(found))
  }

  function typed(box) {
    const form = box.form
    clearTimeout(pause)
    if (!form || !form.dataset.typing || box.value.trim().length < TYPED_AT_LEAST) return
    // Without an answer the button still searches.
    pause = setTimeout(() => searchTyped(form).catch(() => {}), TYPING_PAUSE)
  }

  // The arrows go from the name through those found and back.
  function walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const box = document.querySelector('form[data-typing] input[type="text"]')
    const found = box && document.getElementById(box.form.dataset.typing)
    if (!step || !found || event.altKey || event.ctrlKey || event.metaKey) return
    const stops = [box, ...found.querySelectorAll('tbody a[href]')]
    const at = stops.indexOf(document.activeElement)
    const next = stops[at + step]
    if (at < 0 || !next) return
    event.preventDefault()
    next.focus()
  }

  document.addEventListener('submit', hold)
  document.addEventListener('keydown', walk)
  document.addEventListener('change', changed)
  document.addEventListener('click', press)
  document.addEventListener('input', (event) => {
    if (event.target.matches('textarea[maxlength]')) count(event.target)
    if (event.target.matches('form[data-typing] input')) typed(event.target)
  })
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach(release)
    document.querySelectorAll('form').forEach(askAfter)
  })

  const strip = document.querySelector('[data-poll]')
  // Without network the next minute asks again.
  if (strip) setInterval(() => askForAlarms(strip).catch(() => {}), ALARMS_AFTER)

  const summary = document.querySelector('[data-error-summary]')
  if (summary) summary.focus()
  document.querySelectorAll('textarea[maxlength]').forEach(count)
  document.querySelectorAll('form').forEach(askAfter)
  comeBack()
})()
