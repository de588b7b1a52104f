"""On faces of chance and on small weights that the tests make."""

import pytest
import torch
import transformers
from safetensors.torch import save_file

from emofuse.core.errors import RunError, UnknownName
from emofuse.encoders.image_model import NAMES, SHAPES, ImageModel

WIDTHS = {"resnet18": 512, "resnet34": 512, "mobilenet_v2": 1280}


def faces(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("name", NAMES)
@torch.inference_mode()
def test_each_gives_a_vector_a_face_from_scratch(name):
    encoder = ImageModel(name).eval()

    vectors = encoder.early(faces(2, 3, 48, 48))

    assert vectors.shape == (2, 3, WIDTHS.get(name, 512))
    assert encoder.dim == encoder.mid_dim == vectors.shape[2]
    assert (vectors.std(dim=(0, 1)) > 0.01 * vectors.abs().mean()).any()


@pytest.mark.parametrize(("name", "millions"), [("resnet18", 11.18), ("mobilenet_v2", 2.22), ("vgg19", 20.02), ("vgg16_bn", 14.72)])
def test_they_are_as_large_as_their_papers_have_them_without_a_head(name, millions):
    count = sum(p.numel() for p in ImageModel(name).parameters())

    # Two of the three colours are missing from the first convolution.
    assert count / 1e6 == pytest.approx(millions, abs=0.011)


@pytest.mark.parametrize("name", ["mobilenet_v2", "vgg19", "vgg11_bn"])
def test_everything_learns_from_the_first_step(name):
    encoder = ImageModel(name).train()

    (encoder.early(faces(8, 2, 48, 48)) * faces(8, 2, encoder.dim)).sum().backward()

    assert [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()] == []


@pytest.mark.parametrize(("name", "size"), [("resnet18", 48), ("mobilenet_v2", 64), ("vgg11", 48)])
def test_half_precision_will_do(name, size):
    encoder = ImageModel(name, size).to(memory_format=torch.channels_last).train()

    with torch.autocast("cpu", torch.bfloat16):
        vectors = encoder.early(faces(4, 1, 48, 48).bfloat16())
    vectors.float().square().mean().backward()

    assert torch.isfinite(vectors).all()
    assert all(torch.isfinite(p.grad).all() for p in encoder.parameters() if p.grad is not None)


@torch.inference_mode()
def test_faces_of_another_side_are_brought_to_its_own():
    torch.manual_seed(0)
    encoder = ImageModel("resnet18", size=64).eval()
    small, own = faces(1, 1, 48, 48), faces(1, 1, 64, 64)
    grown = torch.nn.functional.interpolate(small, size=(64, 64), mode="bilinear", antialias=True)

    torch.testing.assert_close(encoder.early(small), encoder.early(grown))
    assert encoder.early(own).shape == (1, 1, 512)


def test_what_is_usual_is_a_mean_over_many_batches():
    """In transformers' MobileNetV2 it is the last batch's alone, on which no answer should hang."""
    encoder = ImageModel("mobilenet_v2")

    assert {module.momentum for module in encoder.modules() if isinstance(module, torch.nn.BatchNorm2d)} == {0.1}


@torch.inference_mode()
def test_weights_of_a_folder_are_begun_with_and_grey_is_given_to_all_colours(tmp_path):
    torch.manual_seed(0)
    config = transformers.ResNetConfig(embedding_size=64, hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic")
    model = transformers.ResNetModel(config).eval()
    model.save_pretrained(tmp_path)
    x = faces(2, 1, 48, 48)

    vectors = ImageModel("resnet18", weights=str(tmp_path)).eval().early(x)

    torch.testing.assert_close(vectors[:, 0], model(x.expand(-1, 3, -1, -1)).pooler_output[:, :, 0, 0])


@torch.inference_mode()
def test_a_vgg_begins_with_weights_in_torchvisions_layout(tmp_path):
    torch.manual_seed(0)
    other = ImageModel("vgg11_bn").eval()
    other.model.features[0] = torch.nn.Conv2d(3, 64, 3, padding=1)
    kept = {name: tensor.contiguous() for name, tensor in other.model.state_dict().items()}
    save_file({**kept, "classifier.0.weight": torch.zeros(2, 2)}, tmp_path / "model.safetensors")
    x = faces(2, 1, 48, 48)

    for weights in (tmp_path, tmp_path / "model.safetensors"):
        vectors = ImageModel("vgg11_bn", weights=str(weights)).eval().early(x)
        torch.testing.assert_close(vectors[:, 0], other.model(x.expand(-1, 3, -1, -1)).mean(dim=(2, 3)))


def test_another_networks_weights_are_refused(tmp_path):
    narrow = transformers.ResNetConfig(embedding_size=8, hidden_sizes=[8, 16], depths=[1, 1], layer_type="basic")
    transformers.ResNetModel(narrow).save_pretrained(tmp_path / "resnet")
    (tmp_path / "vgg").mkdir()
    save_file({"features.0.weight": torch.zeros(64, 3, 3, 3)}, tmp_path / "vgg" / "model.safetensors")

    for name, folder in (("resnet18", "resnet"), ("mobilenet_v2", "resnet"), ("vgg19", "resnet"), ("vgg11", "vgg")):
        with pytest.raises(RunError, match=rf"not those of {name}.*Expected.*name the network that they are of"):
            ImageModel(name, weights=str(tmp_path / folder))
    assert set(SHAPES) <= set(narrow.to_dict())


def test_weights_that_are_not_there_say_what_belongs_there(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"{}")

    with pytest.raises(RunError, match="cannot be loaded"):
        ImageModel("vgg19", weights=str(tmp_path))
    with pytest.raises(RunError, match="There is no folder '/weights/vgg'"):
        ImageModel("vgg19", weights="/weights/vgg")
    with pytest.raises(RunError, match="There is no folder '/weights/resnet'"):
        ImageModel("resnet18", weights="/weights/resnet")


def test_a_vgg_that_cannot_be_had_without_a_network_says_what_to_do(monkeypatch):
    import huggingface_hub

    def unreachable(*args, **kwargs):
        raise OSError("We couldn't connect to 'https://huggingface.co'")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", unreachable)

    with pytest.raises(RunError, match=r"couldn't connect.*hf download timm/vgg19.tv_in1k --local-dir DIR"):
        ImageModel("vgg19", weights="timm/vgg19.tv_in1k")


def test_a_name_that_is_not_known_lists_those_that_are():
    with pytest.raises(UnknownName, match=r"Unknown image model 'vgg20'. Known: resnet18"):
        ImageModel("vgg20")
