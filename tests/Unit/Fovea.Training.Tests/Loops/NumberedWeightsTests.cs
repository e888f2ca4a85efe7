using System.Text;
using Fovea.Io;
using Fovea.Models;
using Fovea.Onnx;

namespace Fovea.Training.Tests;

[Collection("engine")]
public class NumberedWeightsTests
{
    [Fact]
    public void A_detectors_backbone_is_filled_by_the_layers_of_a_classifier_whose_weights_are_numbered()
    {
        using var folder = new TemporaryFolder();
        using TensorScope scope = TensorScope.Begin();
        Module classifier = ModelCatalog.Create("resnet18", new ModelOptions { Classes = 4, ImageSize = 64 }).Eval();
        string path = folder.File("numbered.onnx");
        File.WriteAllBytes(path, Numbered(classifier.ToOnnx(OnnxExportOptions.Default, new TensorSpec([1, 3, 64, 64], DType.Float32)), [.. StateDict.Of(classifier).Keys]));
        using var weights = WeightsResolver.Open(path, new ModelRequest { Model = "fcos_resnet18_fpn" });
        Assert.Contains("resnet18's by the kind, shape, stride and place", Assert.Single(weights.Notes, n => n.Contains("tensors are", StringComparison.Ordinal)), StringComparison.Ordinal);
        Module detector = ModelCatalog.Create("fcos_resnet18_fpn", new ModelOptions { Classes = 2, ImageSize = 64 });
        weights.Fit(detector, FitMode.Start, mayMove: false);
        IReadOnlyDictionary<string, Tensor> own = StateDict.Of(classifier), filled = StateDict.Of(detector);
        foreach (string name in own.Keys.Where(n => !n.StartsWith("fc.", StringComparison.Ordinal) && !n.EndsWith("num_batches_tracked", StringComparison.Ordinal)))
        {
            Assert.True(own[name].AsBytes().SequenceEqual(filled[$"backbone.body.{name}"].AsBytes()), name);
        }
    }

    // The file as a writer leaves it that keeps no names: each is overwritten with a number as long, the longest first, as shorter ones are parts of longer.
    private static byte[] Numbered(byte[] file, string[] names)
    {
        foreach ((string name, int i) in names.Select((n, i) => (n, i)).OrderByDescending(n => n.n.Length))
        {
            byte[] old = Encoding.UTF8.GetBytes(name), number = Encoding.UTF8.GetBytes("P" + i.ToString($"D{name.Length - 1}", System.Globalization.CultureInfo.InvariantCulture));
            for (int at; (at = file.AsSpan().IndexOf(old)) >= 0;)
            {
                number.CopyTo(file, at);
            }
        }

        return file;
    }
}
