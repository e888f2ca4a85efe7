using System.Text.Json.Nodes;
using Fovea.Imaging;
using Fovea.Imaging.Codecs;
using Fovea.Imaging.Transforms;
using Fovea.Io;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>convert</c>: weights to weights, images to images.</summary>
public sealed class ConvertTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_come_back_bit_for_bit_through_every_format()
    {
        using TensorScope scope = TensorScope.Begin();
        string start = Weights("start.safetensors");
        string[] chain = [start, _folder.File("a.pth"), _folder.File("b.npz"), _folder.File("c.th"), _folder.File("d.pt"), _folder.File("end.safetensors")];
        for (int i = 1; i < chain.Length; i++)
        {
            Assert.Contains("2 tensors, 7 numbers", Cli.Ok("convert", chain[i - 1], chain[i]), StringComparison.Ordinal);
        }

        IReadOnlyDictionary<string, Tensor> first = SafetensorsFile.Read(start).Tensors;
        IReadOnlyDictionary<string, Tensor> last = SafetensorsFile.Read(chain[^1]).Tensors;
        Assert.Equal(first.Keys.Order(), last.Keys.Order());
        foreach ((string name, Tensor tensor) in first)
        {
            Assert.Equal(tensor.Shape, last[name].Shape);
            Assert.Equal(tensor.DType, last[name].DType);
        }

        Assert.Equal(first["conv.weight"].AsSpan<float>(), last["conv.weight"].AsSpan<float>());
        Assert.Equal(first["steps"].AsSpan<long>(), last["steps"].AsSpan<long>());
    }

    [Fact]
    public void What_of_a_checkpoint_was_taken_and_left_aside_is_told()
    {
        string checkpoint = Repository.Golden("pth", "bookkeeping.th");
        string told = Cli.Ok("convert", checkpoint, _folder.File("a.npz"));
        Assert.Contains("took the state dict 'model'; there are others: ema; choose with --key", told, StringComparison.Ordinal);
        Assert.Contains("left aside: args (argparse.Namespace), array (numpy.ndarray)", told, StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(Cli.Ok("convert", checkpoint, _folder.File("b.npz"), "--key", "ema", "--json"))!;
        Assert.Equal("ema", (string?)json["key"]);
        Assert.Equal("model", (string?)json["alternatives"]![0]);
        Assert.Equal("args (argparse.Namespace)", (string?)json["leftAside"]![0]);
    }

    [Fact]
    public void Metadata_stay_in_safetensors_and_their_loss_elsewhere_is_told()
    {
        string start = Weights("start.safetensors", new Dictionary<string, string> { ["epoch"] = "3" });
        Cli.Ok("convert", start, _folder.File("same.safetensors"));
        Assert.Equal("3", SafetensorsFile.Read(_folder.File("same.safetensors")).Metadata["epoch"]);
        Answer answer = Cli.Run("convert", start, _folder.File("a.npz"));
        Assert.Equal(ExitCode.Done, answer.Code);
        Assert.Contains("warning: .npz has no place for the metadata (epoch)", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_is_resized_as_the_library_does()
    {
        Image image = Picture("in.png", 40, 30);
        string text = Cli.Ok("convert", _folder.File("in.png"), _folder.File("out.bmp"), "--resize", "16x12", "--filter=bicubic");
        Assert.Contains("16x12 Rgb (from 40x30 Rgb, bicubic)", text, StringComparison.Ordinal);
        Assert.Equal(image.Resize(16, 12, ResizeFilter.Bicubic).Pixels, ImageCodecs.Load(_folder.File("out.bmp")).Pixels);
    }

    [Fact]
    public void A_jpeg_becomes_the_pixels_that_training_sees()
    {
        string jpeg = Directory.GetFiles(Repository.Golden("images"), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        Cli.Ok("convert", jpeg, _folder.File("out.png"));
        Assert.Equal(ImageCodecs.Load(jpeg).Pixels, ImageCodecs.Load(_folder.File("out.png")).Pixels);
    }

    [Fact]
    public void Json_says_what_was_written()
    {
        Picture("in.png", 8, 4);
        string output = _folder.File("sub/out.ppm");
        JsonNode json = JsonNode.Parse(Cli.Ok("convert", _folder.File("in.png"), output, "--json"))!;
        Assert.Equal(("image", output, 8, 4), ((string)json["kind"]!, (string)json["output"]!, (int)json["width"]!, (int)json["height"]!));
        Assert.Equal(new FileInfo(output).Length, (long)json["bytes"]!);
    }

    [Fact]
    public void A_file_that_is_there_is_kept_unless_forced()
    {
        Picture("in.png", 8, 4);
        File.WriteAllText(_folder.File("out.png"), "precious");
        Assert.Contains("is there already", Cli.Fails(ExitCode.WrongUse, "convert", _folder.File("in.png"), _folder.File("out.png")), StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(_folder.File("out.png")));
        Cli.Ok("convert", _folder.File("in.png"), _folder.File("out.png"), "--force");
        Assert.Equal(8, ImageCodecs.Load(_folder.File("out.png")).Width);
    }

    [Theory]
    [InlineData("give two files of the same kind", "in.png", "out.safetensors")]
    [InlineData("give two files of the same kind", "w.safetensors", "out.png")]
    [InlineData("cannot tell from", "in.png", "out.gif")]
    [InlineData("is read, not written", "in.png", "out.tiff")]
    [InlineData(".jpg is read, not written", "in.png", "out.jpg")]
    [InlineData("are for images", "w.safetensors", "out.npz", "--resize", "3x3")]
    [InlineData("--key, --from, --model and --mechanism are for weights", "in.png", "out.bmp", "--key", "model")]
    [InlineData("give --resize WxH as well", "in.png", "out.bmp", "--filter", "box")]
    [InlineData("expected a width and a height", "in.png", "out.bmp", "--resize", "224")]
    [InlineData("expected a width and a height", "in.png", "out.bmp", "--resize", "0x4")]
    [InlineData("expected a width and a height", "in.png", "out.bmp", "--resize", "99999x4")]
    [InlineData("did you mean \"bilinear\"?", "in.png", "out.bmp", "--resize", "4x4", "--filter", "bilinaer")]
    public void Mixtures_and_wrong_flags_are_refused_and_nothing_is_written(string message, string input, string output, params string[] more)
    {
        Picture("in.png", 8, 4);
        Weights("w.safetensors");
        string error = Cli.Fails(ExitCode.WrongUse, ["convert", _folder.File(input), _folder.File(output), .. more]);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File(output)));
    }

    [Fact]
    public void Bad_input_is_bad_data()
    {
        Assert.Contains("there is no file", Cli.Fails(ExitCode.BadData, "convert", _folder.File("none.png"), _folder.File("out.png")), StringComparison.Ordinal);
        File.WriteAllText(_folder.File("text.png"), "no picture");
        Assert.Contains("text.png", Cli.Fails(ExitCode.BadData, "convert", _folder.File("text.png"), _folder.File("out.png")), StringComparison.Ordinal);
        File.WriteAllText(_folder.File("text.pth"), "no weights");
        Assert.Contains("text.pth", Cli.Fails(ExitCode.BadData, "convert", _folder.File("text.pth"), _folder.File("out.npz")), StringComparison.Ordinal);
        Picture("in.png", 8, 4);
        Assert.Contains(
            "more than the limit", Cli.Fails(ExitCode.BadData, "convert", _folder.File("in.png"), _folder.File("out.png"), "--resize", "60000x60000"),
            StringComparison.Ordinal);
    }

    private string Weights(string name, Dictionary<string, string>? metadata = null)
    {
        using TensorScope scope = TensorScope.Begin();
        var tensors = new Dictionary<string, Tensor>
        {
            ["conv.weight"] = Tensor.From([1.5f, -0f, float.NaN, 1e-40f, float.MaxValue, 3f], [2, 3]),
            ["steps"] = Tensor.From([long.MinValue], [1]),
        };
        string path = _folder.File(name);
        SafetensorsFile.Write(path, tensors, metadata);
        return path;
    }

    private Image Picture(string name, int width, int height)
    {
        var image = new Image(width, height, PixelFormat.Rgb);
        new Random(1).NextBytes(image.Pixels);
        ImageCodecs.Save(_folder.File(name), image);
        return image;
    }
}
