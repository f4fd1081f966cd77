// Warns before the session ends by itself. Afterwards it covers the page, and takes what was typed
// along into the sign-in. Without scripts the next request leads there.
(() => {
  'use strict'
  const WARN = 120
  const box = document.getElementById('idle')
  if (!box) return
  const warning = box.querySelector('[data-idle=warning]')
  const ended = box.querySelector('[data-idle=ended]')
  let timer = 0

  function later(seconds) {
    clearTimeout(timer)
    timer = setTimeout(() => ask(), Math.max(seconds, 1) * 1000)
  }

  // Other windows may have kept the session open: the server knows.
  async function ask(sent) {
    let answer
    try {
      answer = await fetch(warning.dataset.url, sent)
    } catch {
      later(10)
      return
    }
    const left = answer.ok && !answer.redirected ? (await answer.json()).left : 0
    if (left <= 0) end()
    else tell(left)
  }

  function tell(left) {
    const warn = left <= WARN
    box.hidden = warning.hidden = !warn
    later(warn ? left + 1 : left - WARN)
  }

  function end() {
    clearTimeout(timer)
    warning.hidden = true
    box.hidden = ended.hidden = false
    box.dataset.ended = 'yes'
    ended.dataset.refusal = 'session_ended'
    document.title = box.dataset.endedTitle
    document.querySelectorAll('body > *').forEach((part) => { if (part !== box) part.hidden = true })
    const link = ended.querySelector('a')
    const here = location.pathname + location.search
    link.href = `/sign-in/?next=${encodeURIComponent(here)}`
    link.addEventListener('click', takeAlong)
    link.focus()
  }

  // The form goes into the sign-in and comes back from it as it was typed; nothing is saved by that.
  function takeAlong(event) {
    const form = document.querySelector('form[data-kept]')
    if (!form || form.querySelector('[type=password], [type=file]')) return
    event.preventDefault()
    const mark = document.createElement('input')
    Object.assign(mark, { type: 'hidden', name: 'stale', value: 'edit' })
    form.append(mark)
    HTMLFormElement.prototype.submit.call(form)
  }

  warning.querySelector('button').addEventListener('click', () => {
    const token = warning.querySelector('[name=csrfmiddlewaretoken]').value
    ask({ method: 'POST', headers: { 'X-CSRFToken': token } })
  })
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && ended.hidden) ask()
  })
  later(Number(box.dataset.left) - WARN)
})()
