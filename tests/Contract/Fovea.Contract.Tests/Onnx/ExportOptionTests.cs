using Fovea.Contract.Tests.Compilation;
using Fovea.Models;
using Fovea.Onnx;
using Fovea.Testing;

namespace Fovea.Contract.Tests.Onnx;

/// <summary>What can be asked of an export.</summary>
public sealed class ExportOptionTests
{
    private static readonly TensorSpec s_image = new([1, 3, 64, 64], DType.Float32);

    [Theory]
    [InlineData("resnet18", 1, 97, 130)]
    [InlineData("unet-small", 8, 96, 72)]
    [InlineData("unet-resnet18", 32, 96, 160)]
    public void Convolutional_nets_take_images_of_any_size(string key, int unit, int height, int width)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = 64, Classes = 3 });
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "m.onnx");
        OnnxSignature signature = model.ExportOnnx(path, new OnnxExportOptions { SizeUnit = unit }, s_image);
        Assert.Equal(["batch", "3", "height", "width"], signature.Inputs[0].Shape);
        Assert.Empty(signature.Notes);
        Tensor x = Tensor.Empty([2, 3, height, width]);
        new Generator(4).FillNormal(x.AsSpan<float>());
        using var engine = new OtherEngine(path);
        Near.Check(model.Call(x), engine.Run(x)[0], key);
    }

    [Fact]
    public void A_transformer_says_why_its_images_have_one_size()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("vit_mini_patch8", new ModelOptions { ImageSize = 64, Classes = 3 });
        using var folder = new TemporaryFolder();
        OnnxSignature signature = model.ExportOnnx(Path.Combine(folder.Path, "m.onnx"), OnnxExportOptions.Default, s_image);
        Assert.Equal(["batch", "3", "64", "64"], signature.Inputs[0].Shape);
        Assert.Equal(["batch", "3"], signature.Outputs[0].Shape);
        Assert.Contains("position embedding", Assert.Single(signature.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Folded_norms_change_no_result_and_leave_no_norm()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make("resnet18", new ModelOptions { ImageSize = 64, Classes = 3 });
        byte[] folded = model.ToOnnx(new OnnxExportOptions { FoldBatchNorm = true }, s_image);
        Fovea.Onnx.Protocol.GraphProto graph = Fovea.Onnx.Protocol.ModelProto.Parser.ParseFrom(folded).Graph;
        Assert.DoesNotContain("BatchNormalization", graph.Node.Select(n => n.OpType));
        Assert.Contains("layer1.0.conv1.bias", graph.Initializer.Select(t => t.Name));
        using var engine = new OtherEngine(folded);
        Tensor x = DrawnModels.Image(2, 64);
        Near.Check(model.Call(x), engine.Run(x)[0], "folded");
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("vit_mini_patch8")]
    [InlineData("unet-small")]
    public void Half_precision_halves_the_file_and_keeps_the_result(string key)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make(key, new ModelOptions { ImageSize = 64, Classes = 3 });
        byte[] half = model.ToOnnx(new OnnxExportOptions { Half = true }, s_image);
        Assert.InRange(half.Length, 1, 0.55 * model.ToOnnx(OnnxExportOptions.Default, s_image).Length);
        using var engine = new OtherEngine(half);
        Tensor x = DrawnModels.Image(2, 64);

        // Eleven bits: 5e-4 a rounding, some dozen of them in a row.
        Near.Check(model.Call(x), engine.Run(x)[0], key, 2e-2);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(18)]
    public void Pixels_are_resized_and_normalised_inside(int opset)
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        double[] mean = [0.5, 0.4, 0.3], deviation = [0.2, 0.25, 0.3];
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 64, Classes = 3 });
        byte[] bytes = model.ToOnnx(new OnnxExportOptions { Opset = opset, Preprocessing = new OnnxPreprocessing(mean, deviation) }, s_image);
        using var engine = new OtherEngine(bytes);
        Assert.Equal(["image"], engine.InputNames);

        // Of the model's own size, so that resizing changes nothing, and of another, where a constant picture stays one.
        Tensor pixels = Tensor.Empty([2, 64, 64, 3], DType.UInt8);
        Span<byte> values = pixels.AsSpan<byte>();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (byte)((i * 37) % 256);
        }

        Near.Check(model.Call(Normal(pixels)), engine.Run(pixels)[0], "own size");
        Tensor grey = Tensor.Full([1, 100, 40, 3], 77, DType.UInt8);
        Near.Check(model.Call(Normal(Tensor.Full([1, 64, 64, 3], 77, DType.UInt8))), engine.Run(grey)[0], "other size");

        Tensor Normal(Tensor image) => ((image.To(DType.Float32).Permute(0, 3, 1, 2) / 255) - Channels(mean)) / Channels(deviation);

        static Tensor Channels(double[] numbers) => Tensor.From([.. numbers.Select(n => (float)n)], [3, 1, 1]);
    }

    [Fact]
    public void Weights_that_are_too_many_lie_beside_the_model()
    {
        using TensorScope scope = TensorScope.Begin();
        using IDisposable still = GradMode.NoGrad();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 64, Classes = 3 });
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "m.onnx");
        model.ExportOnnx(path, new OnnxExportOptions { ExternalFrom = 1000 }, s_image);
        Assert.True(new FileInfo($"{path}.data").Length > new FileInfo(path).Length);
        using var engine = new OtherEngine(path);
        Tensor x = DrawnModels.Image(1, 64);
        Near.Check(model.Call(x), engine.Run(x)[0], "external");
        Assert.Throws<OnnxException>(() => model.ToOnnx(new OnnxExportOptions { ExternalFrom = 1000 }, s_image));
    }

    [Fact]
    public void Parameters_have_the_names_of_the_state_dict_and_metadata_are_kept()
    {
        using TensorScope scope = TensorScope.Begin();
        Module model = DrawnModels.Make("resnet8", new ModelOptions { ImageSize = 64, Classes = 3 });
        byte[] bytes = model.ToOnnx(new OnnxExportOptions { Metadata = new Dictionary<string, string> { ["classes"] = "[\"a\"]" } }, s_image);
        var proto = Fovea.Onnx.Protocol.ModelProto.Parser.ParseFrom(bytes);
        string[] state = [.. StateDict.Of(model).Keys.Where(n => !n.EndsWith("num_batches_tracked", StringComparison.Ordinal))];
        Assert.Empty(state.Except(proto.Graph.Initializer.Select(t => t.Name)));
        HashSet<string> modules = [.. model.NamedModules().Select(m => m.Name)];
        Assert.All(proto.Graph.Node, n => Assert.Contains(n.Name.Contains('/', StringComparison.Ordinal) ? n.Name[..n.Name.LastIndexOf('/')] : string.Empty, modules));
        using var engine = new OtherEngine(bytes);
        Assert.Equal("[\"a\"]", engine.Metadata["classes"]);
    }

    [Fact]
    public void An_op_without_a_form_is_named()
    {
        OnnxException error = Assert.Throws<OnnxException>(() => new Made(x => x.Softplus().Dropout(0.5, new Generator(1))).Eval()
            .ToOnnx(OnnxExportOptions.Default, new TensorSpec([1, 3], DType.Float32)));
        Assert.Contains("dropout", error.Message, StringComparison.Ordinal);
    }
}
