"""Everything that can go wrong, by code: what it is called, how to put it right, and the status an answer carries.

The words are English and marked for translation; who shows a problem translates them (`shown`), because rows outlive a language.
Each code has a heading of its own in docs/errors.md. Nothing here needs settings, so that the child can use it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass


def _(text: str) -> str:
    """Marks words for translation; Django's own way of it asks for settings."""
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One of the things that can go wrong.

    Args:
        title: What happened, in a few words.
        fix: How to put it right.
        status: Of an HTTP answer that says so.
        ours: Whether it is a fault of ours, worth another attempt.
    """

    title: str
    fix: str
    status: int = 422
    ours: bool = False


CODES: dict[str, Problem] = {
    # --- what a recording may be ---------------------------------------------------------------------------------------------------
    "MEDIA_REFUSED_FORMAT": Problem(
        _("This is not a recording that can be read here"),
        _("Save it as mp4 with H.264 and AAC, or sound as wav, as any editor can, and send that file."),
        415,
    ),
    "MEDIA_POINTS_ELSEWHERE": Problem(
        _("This file only points to other files"),
        _("Playlists, scripts and drawings are not followed. Send the recording itself."),
        415,
    ),
    "MEDIA_CODEC": Problem(
        _("This way of coding pictures or sound is not decoded here"),
        _("Save it with H.264 for the picture and AAC for the sound, as any editor can, and send that file."),
        415,
    ),
    "MEDIA_LIMIT": Problem(
        _("This file goes beyond a limit"),
        _("The limits stand beside the place where files are chosen. Cut the file into parts, or save it smaller."),
        413,
    ),
    "MEDIA_EMPTY": Problem(
        _("This file is empty"),
        _("Copy or export it again, and look whether it has a size before you send it."),
    ),
    "MEDIA_UNREADABLE": Problem(
        _("This recording is damaged or incomplete"),
        _("Play it to its end on your own machine. If that works, save it anew as mp4; if not, copy it again from where it was recorded."),
    ),
    "MEDIA_NO_PICTURE": Problem(
        _("This file has no moving picture"),
        _("Send a video, or send this file as sound."),
    ),
    "MEDIA_NO_SOUND": Problem(
        _("This file has no sound"),
        _("Send a file with a voice in it, or leave the sound out."),
    ),
    "NOTHING_TO_JUDGE": Problem(
        _("There is nothing to judge in these files"),
        _("Send a recording with a face that is seen from the front, a voice that is heard, or words that were said."),
    ),
    "OFFSET_UNHEARD": Problem(
        _("Where this file lies in time cannot be heard"),
        _("Say by how many seconds it is later than the video."),
    ),
    "OFFSET_BEYOND": Problem(
        _("This file does not overlap the recording"),
        _("Correct by how many seconds it is later, or leave it out."),
    ),
    # --- EEG -----------------------------------------------------------------------------------------------------------------------
    "EEG_FORMAT": Problem(
        _("This is no EEG file that can be read here"),
        _("Export it as EDF, or as a .mat, .csv or .npy with one row or column for each channel."),
        415,
    ),
    "EEG_UNREADABLE": Problem(
        _("This EEG file is damaged or incomplete"),
        _("Copy it again, or export it anew from the program that recorded it; EDF is the safest."),
    ),
    "EEG_VARIABLE": Problem(
        _("This file does not say which of its arrays is the EEG"),
        _("Choose the array among those that are listed, and look again."),
    ),
    "EEG_AXES": Problem(
        _("This file does not say what the axes of its array are"),
        _("Say which axis is time and which is channel, and look again."),
    ),
    "EEG_RATE": Problem(
        _("The number of samples a second is missing or cannot be right"),
        _("Say how many samples a second the amplifier took, or mend the file's header."),
    ),
    "EEG_UNIT": Problem(
        _("The samples do not look like EEG in this unit"),
        _("Say in which unit they are: V, mV, µV or nV."),
    ),
    "EEG_CHANNELS": Problem(
        _("The channels do not fit this file"),
        _("Name a channel for each column in their order, or leave the names out."),
    ),
    "EEG_LIMIT": Problem(
        _("This EEG file goes beyond a limit"),
        _("Save only the EEG, cut it into parts, or take fewer samples a second."),
        413,
    ),
    "MAT_REFUSED": Problem(
        _("This .mat file holds what is not read here"),
        _("Save the arrays themselves, with save -v7 in MATLAB or Octave: no links, no other files, nothing that unpacks to a huge size."),
    ),
    # --- text ----------------------------------------------------------------------------------------------------------------------
    "TEXT_UNREADABLE": Problem(
        _("This is no transcript that can be read here"),
        _("Send txt, srt, vtt, csv or eaf in UTF-8; look whether it opens in a plain text editor."),
    ),
    "TEXT_EMPTY": Problem(
        _("There are no words in this transcript"),
        _("Export it again with its words, or leave it out."),
    ),
    "TEXT_LIMIT": Problem(
        _("This transcript is too long"),
        _("Cut it into parts, or export it with nothing but words and times."),
        413,
    ),
    "TEXT_ELSEWHERE": Problem(
        _("This transcript does not belong to the recording"),
        _("Shift its times, or send the transcript of this recording alone."),
    ),
    # --- how files arrive ----------------------------------------------------------------------------------------------------------
    "UPLOAD_OFFSET": Problem(
        _("A piece of the file came out of turn"),
        _("Ask how much has arrived (HEAD), and go on from there."),
        409,
    ),
    "UPLOAD_CHECKSUM": Problem(
        _("What arrived is not what was sent"),
        _("Something changed on the way. Send the file again."),
    ),
    "UPLOAD_SIZE": Problem(
        _("This file is too large, or not as large as was announced"),
        _("Look at the limit, and send the whole file with its true size."),
        413,
    ),
    "INPUT_ROLE": Problem(
        _("This kind of file was not expected here"),
        _("Say what the file is for: video, audio, eeg or text."),
    ),
    "INPUT_NOT_READY": Problem(
        _("A file is not ready yet"),
        _("Wait until it has arrived and was looked at, and tell what it asks for."),
        409,
    ),
    "INPUT_GONE": Problem(
        _("This file is not kept any longer"),
        _("Files that nobody analyses are deleted after a day. Send it again."),
        410,
    ),
    "INPUT_UNKNOWN": Problem(
        _("There is no such file of yours"),
        _("Name a file that you have sent, or send it again."),
    ),
    "INPUT_UNEXPECTED": Problem(
        _("This kind of analysis takes no such file"),
        _("Leave the file out that is named, or choose another kind of analysis."),
    ),
    "QUOTA_BYTES": Problem(
        _("Your files fill the room you have"),
        _("Delete files or analyses that you no longer need, or ask an administrator for more room."),
        413,
    ),
    "QUOTA_FILES": Problem(
        _("You have as many files as you may have"),
        _("Delete files or analyses that you no longer need."),
        413,
    ),
    "QUOTA_RUNNING": Problem(
        _("As many of your analyses are under way as may be at once"),
        _("Wait until one is done, or cancel one."),
        429,
    ),
    "STORAGE_FULL": Problem(
        _("There is no room left for files"),
        _("Try again later. An administrator has to make room."),
        507,
        ours=True,
    ),
    # --- what is asked -------------------------------------------------------------------------------------------------------------
    "PURPOSE_REFUSED": Problem(
        _("Emotions at work and in education are not analysed for this purpose"),
        _("The law allows it only for medical or safety reasons. If yours is one, choose it and write down the reason."),
    ),
    "PURPOSE_MISSING": Problem(
        _("It is not said what the analysis is for"),
        _("Choose a purpose, and where the people were recorded."),
    ),
    "REASON_MISSING": Problem(
        _("The reason is missing"),
        _("Write down the medical or safety reason for which people at work or in education are analysed."),
    ),
    "REASON_SHORT": Problem(
        _("The reason is too short"),
        _("Say more of the medical or safety reason: who is analysed, and what for."),
    ),
    "CONSENT_MISSING": Problem(
        _("Consent is not confirmed"),
        _("Confirm that the people in the recording agreed to this analysis. Without that it may not be made."),
    ),
    "NOTICE_MISSING": Problem(
        _("It is not said which notice the people were given"),
        _("Give the people the notice (see Privacy), and name its version."),
    ),
    "INPUT_MISSING": Problem(
        _("A file that this analysis needs is missing"),
        _("Add the file that is named, or choose another kind of analysis."),
    ),
    "OPTION_INVALID": Problem(
        _("An option has a value that it cannot have"),
        _("Correct the value that is named."),
    ),
    "MODEL_UNKNOWN": Problem(
        _("There is no such recognizer"),
        _("Choose one of those under Models."),
    ),
    "MODEL_UNFIT": Problem(
        _("This recognizer cannot judge these files"),
        _("Choose a recognizer that uses what you have, or add the file that it needs."),
    ),
    "MODEL_MISSING": Problem(
        _("The weights of this recognizer are not on this machine"),
        _("Choose another recognizer, or ask an administrator to install its weights."),
        503,
    ),
    "WEBHOOK_REFUSED": Problem(
        _("This address may not be called"),
        _("Name a public https address, without a port of its own and without a redirect."),
    ),
    "KEY_REUSED": Problem(
        _("This idempotency key was used for another request"),
        _("Make a new key for a new request."),
        409,
    ),
    "KEY_INVALID": Problem(
        _("The idempotency key is missing or not a UUID"),
        _("Send a UUID in the header Idempotency-Key."),
        400,
    ),
    "JOB_OVER": Problem(
        _("This is over already"),
        _("Look at how it ended; what is over cannot be cancelled."),
        409,
    ),
    "JOB_NOT_OVER": Problem(
        _("This is still under way"),
        _("Wait until it is over, or cancel it first."),
        409,
    ),
    # --- how work goes -------------------------------------------------------------------------------------------------------------
    "CHILD_DIED": Problem(
        _("The work broke off"),
        _("It is tried again by itself. If it breaks off each time, save the file anew and send that."),
        500,
        ours=True,
    ),
    "CHILD_TIMEOUT": Problem(
        _("The work took too long and was stopped"),
        _("Send a shorter or smaller file."),
        500,
        ours=True,
    ),
    "POISON": Problem(
        _("The work broke off three times and was set aside"),
        _("Save the file anew as mp4 and send that. An administrator can see this in the figures."),
        500,
        ours=True,
    ),
    "SANDBOX": Problem(
        _("This machine cannot shut the work in safely"),
        _("An administrator has asked that nothing is analysed without a sandbox. Tell them."),
        503,
        ours=True,
    ),
    "CANCELLED": Problem(
        _("This was cancelled"),
        _("Start it again if you still need it."),
        409,
    ),
    # --- requests ------------------------------------------------------------------------------------------------------------------
    "REQUEST_INVALID": Problem(
        _("The request cannot be understood"),
        _("Correct what is named."),
        400,
    ),
    "UNAUTHENTICATED": Problem(
        _("You are not signed in"),
        _("Sign in, or send a token that is still good."),
        401,
    ),
    "FORBIDDEN": Problem(
        _("You may not do this"),
        _("Use a token with the scope that is needed, or reload the page and try again."),
        403,
    ),
    "NOT_FOUND": Problem(
        _("There is no such thing here"),
        _("Check the address. It may have been deleted, or belong to somebody else."),
        404,
    ),
    "METHOD": Problem(
        _("This address does not answer that method"),
        _("Look at the pages of the API for what it answers."),
        405,
    ),
    "MEDIA_TYPE": Problem(
        _("The body has a type that is not understood here"),
        _("Send the type that the pages of the API name."),
        415,
    ),
    "RANGE": Problem(
        _("There are no such bytes in this file"),
        _("Ask for one range within its size."),
        416,
    ),
    "RATE": Problem(
        _("Too many requests"),
        _("Wait as long as the answer says (Retry-After)."),
        429,
    ),
    "OURS": Problem(
        _("Something went wrong on our side"),
        _("Try again. If it happens again, tell an administrator the number of the request."),
        500,
        ours=True,
    ),
    "UNKNOWN": Problem(
        _("This file cannot be used"),
        _("Save it anew in a usual form (mp4, wav, EDF, txt), and send that."),
    ),
}


def problem(code: str, detail: str = "", fix: str = "") -> dict[str, object]:
    """A problem as rows, the child and answers carry it.

    Args:
        code: A key of `CODES`.
        detail: What happened this time.
        fix: How to put it right, where more is known than the catalogue says.

    Example:
        >>> problem("MEDIA_EMPTY")["title"]
        'This file is empty'
    """
    kind = CODES[code]
    return {"code": code, "title": kind.title, "detail": detail, "fix": fix or kind.fix, "ours": kind.ours}


def shown(found: Mapping[str, object]) -> dict[str, object]:
    """A problem in the language of who looks at it."""
    from django.utils.translation import gettext  # here, as the child has no Django to wait for

    from emofuse_web.phrases import told

    words = {"detail": told(str(found["detail"]))} if found.get("detail") else {}
    return {**found, **words, "title": gettext(str(found.get("title", ""))), "fix": gettext(str(found.get("fix", "")))}


def anchor(code: str) -> str:
    """Where the site tells of it.

    Example:
        >>> anchor("MEDIA_EMPTY")
        '/problems/#media_empty'
    """
    return f"/problems/#{code.lower()}"
