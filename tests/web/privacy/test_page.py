"""What the page of privacy says of what is kept."""


def test_an_agreement_without_a_name_is_called_by_its_first_file(alice, alices, analysis, upload):
    analysis(alice, label="", video=upload(alice, name="visit.mp4"))
    analysis(alice, label="study 14", video=upload(alice))

    page = alices.get("/account/privacy/").content.decode()

    assert ">visit.mp4</a>" in page
    assert ">study 14</a>" in page


def test_many_agreements_take_as_many_queries_as_few(
    alice, alices, analysis, upload, django_assert_num_queries, django_assert_max_num_queries
):
    analysis(alice, label="", video=upload(alice))
    alices.get("/account/privacy/")
    with django_assert_max_num_queries(30) as few:
        alices.get("/account/privacy/")
    for _ in range(4):
        analysis(alice, label="", video=upload(alice))
    with django_assert_num_queries(len(few.captured_queries)):
        alices.get("/account/privacy/")
