using Fovea.Layers;
using Fovea.Onnx;
using Fovea.Testing;

namespace Fovea.Inspect.Tests.Explaining;

/// <summary>Maps of networks that came from an ONNX file, whose values are layers.</summary>
public sealed class OnnxMapTests
{
    [Theory]
    [InlineData("plain", "grad-cam")]
    [InlineData("plain", "score-cam")]
    [InlineData("resnet8", "ablation-cam")]
    [InlineData("unet", "layer-cam")]
    [InlineData("vit", "grad-cam")]
    [InlineData("vit", "ablation-cam")]
    [InlineData("vit-mean", "hires-cam")]
    public void A_network_has_the_same_map_after_its_way_through_a_file(string network, string method)
    {
        using TensorScope scope = TensorScope.Begin();
        (Module model, Tensor images) = DrawnNets.Make(network);
        using var file = new MemoryStream(model.ToOnnx(OnnxExportOptions.Default, images.Spec));
        using OnnxModel read = OnnxModel.Load(file);
        ITarget target = network == "unet" ? new PixelTarget(5, 7, 1) : new ClassTarget(2);
        ScalarMap expected = MapMethods.Create(method).Explain(model, images, target)[1];
        ScalarMap map = MapMethods.Create(method).Explain(read.Eval(), images, target)[1];
        Assert.Equal((expected.Height, expected.Width), (map.Height, map.Width));
        for (int i = 0; i < map.Values.Length; i++)
        {
            // Batch norms are folded into convolutions in the file.
            Assert.Equal(expected.Values[i], map.Values[i], 1e-4f * expected.Maximum);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_tokens_the_layer_is_where_queries_and_keys_both_come_from(bool together)
    {
        using TensorScope scope = TensorScope.Begin();
        var model = new PlainTokens(together);
        model.Eval();
        DrawnValues.Fill(model.NamedParameters());
        Tensor images = DrawnValues.Pictures([1, 3, 12, 8]);
        using var file = new MemoryStream(model.ToOnnx(OnnxExportOptions.Default, images.Spec));
        using OnnxModel read = OnnxModel.Load(file);
        ScalarMap expected = new EigenCam(new MapMethodOptions { Layer = "norm", Rectify = false }).Explain(model, images, new ClassTarget(0))[0];
        ScalarMap map = new EigenCam(new MapMethodOptions { Rectify = false }).Explain(read.Eval(), images, new ClassTarget(0))[0];
        Assert.All(expected.Values.Zip(map.Values), v => Assert.Equal(v.First, v.Second, 1e-4f * expected.Maximum));
    }

    /// <summary>One head over patches, and nothing that says that it attends: queries, keys and values by maps of their own, or by one that is cut in three.</summary>
    private sealed class PlainTokens : Module
    {
        private const int Dim = 12;
        private readonly bool _together;
        private readonly Conv2d _patches;
        private readonly LayerNorm _norm;
        private readonly Linear[] _maps;
        private readonly Linear _out;
        private readonly Linear _head;

        public PlainTokens(bool together)
        {
            _together = together;
            _patches = Register("patches", new Conv2d(3, Dim, 2, 2));
            _norm = Register("norm", new LayerNorm([Dim]));
            _maps = together
                ? [Register("qkv", new Linear(Dim, 3 * Dim))]
                : [Register("query", new Linear(Dim, Dim)), Register("key", new Linear(Dim, Dim)), Register("value", new Linear(Dim, Dim))];
            _out = Register("out", new Linear(Dim, Dim));
            _head = Register("head", new Linear(Dim, 3));
        }

        protected override Tensor Forward(Tensor x)
        {
            Tensor tokens = _patches.Call(x).Flatten(2).Transpose(1, 2), read = _norm.Call(tokens);
            Tensor[] made = Array.ConvertAll(_maps, m => m.Call(read));
            made = _together ? [.. Enumerable.Range(0, 3).Select(i => made[0].Narrow(2, i * Dim, Dim))] : made;
            Tensor weights = (made[0].MatMul(made[1], transposeB: true) * 0.3f).Softmax(-1);
            return _head.Call((tokens + _out.Call(weights.MatMul(made[2]))).Mean([1]));
        }
    }
}
