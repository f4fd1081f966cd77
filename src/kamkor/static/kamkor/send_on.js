// Sends the one form of the page on by itself; without scripts there is its button.
document.querySelector('form[data-send-on]').submit()
