using System.Text.Json.Nodes;
using Fovea.Cli.Tests.Explaining;
using Fovea.Testing;
using Fovea.Torch;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>--device</c>: golden cases on libtorch, and what is said where it is not there.</summary>
public sealed class DeviceTests
{
    private static readonly string s_goldens = Repository.Golden("mechanisms");

    static DeviceTests() => LibTorch.Find();

    [Fact]
    public void Every_golden_holds_on_libtorch()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        int cases = Directory.GetFiles(s_goldens, "*.safetensors", SearchOption.AllDirectories).Length;
        Assert.EndsWith($"{2 * cases} of {2 * cases} cases pass{Environment.NewLine}", Cli.Ok("verify", s_goldens, "--device", "torch:cpu", "--path", "all"), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_name_the_device()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        string golden = Directory.GetFiles(s_goldens, "*.safetensors", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        Assert.Contains(" torch:cpu worst ", Cli.Ok("verify", golden, "--device=torch:cpu"), StringComparison.Ordinal);
        JsonNode json = JsonNode.Parse(Cli.Ok("verify", golden, "--device", "torch:cpu", "--json"))!;
        Assert.Equal("torch:cpu", (string)json["results"]![0]!["device"]!);
        Assert.Equal("cpu", (string)JsonNode.Parse(Cli.Ok("verify", golden, "--json"))!["results"]![0]!["device"]!);
    }

    // Sums in another order, 1e-6 of the largest logit; a probability and a loss of three classes are near 1.
    [Fact]
    public void Predictions_and_measurements_are_the_same_on_libtorch()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        using var folder = new TemporaryFolder();
        string weights = TinyModels.Write(folder, "resnet8", "cbam"), data = folder.File("data"), picture = TinyModels.Picture(folder);
        foreach ((string name, int i) in TinyModels.Classes.SelectMany(c => Enumerable.Range(0, 3).Select(i => (c, i))))
        {
            Directory.CreateDirectory(Path.Combine(data, name));
            TinyModels.Picture(folder, Path.Combine("data", name, $"{i}.png"), 30 + i);
        }

        JsonNode ours = JsonNode.Parse(Cli.Ok("eval", "--weights", weights, "--data", data, "--json"))!;
        JsonNode theirs = JsonNode.Parse(Cli.Ok("eval", "--weights", weights, "--data", data, "--json", "--device", "torch:cpu"))!;
        Assert.Equal((int)ours["images"]!, (int)theirs["images"]!);
        Assert.Equal((double)ours["top1"]!, (double)theirs["top1"]!);
        Assert.Equal((double)ours["loss"]!, (double)theirs["loss"]!, 1e-5);
        Assert.NotEqual(0, (double)ours["loss"]!);

        JsonArray here = Seen("cpu"), there = Seen("torch:cpu");
        Assert.Equal(here.Select(c => (string)c!["class"]!), there.Select(c => (string)c!["class"]!));
        Assert.All(here.Zip(there), p => Assert.Equal((double)p.First!["probability"]!, (double)p.Second!["probability"]!, 1e-5));

        JsonArray Seen(string device) => JsonNode.Parse(Cli.Ok("predict", picture, "--weights", weights, "--json", "--device", device))!["classes"]!.AsArray();
    }

    [Fact]
    public void Without_libtorch_it_says_what_is_missing()
    {
        Assert.SkipWhen(TorchLibrary.IsAvailable, "libtorch is here");
        using var folder = new TemporaryFolder();
        string weights = TinyModels.Write(folder, "resnet8");
        foreach (string[] words in (string[][])[["verify", s_goldens], ["predict", TinyModels.Picture(folder), "--weights", weights], ["eval", "--weights", weights]])
        {
            string error = Cli.Fails(ExitCode.WrongUse, [.. words, "--device", "torch:cpu"]);
            Assert.Contains("TorchSharp-cpu", error, StringComparison.Ordinal);
            Assert.Contains(TorchLibrary.FolderVariable, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_libtorch_does_not_run_is_refused()
    {
        Assert.Contains("torch:cpu", Cli.Fails(ExitCode.WrongUse, "verify", s_goldens, "--device", "cuda"), StringComparison.Ordinal);
        Assert.Contains("--path", Cli.Fails(ExitCode.WrongUse, "verify", s_goldens, "--device", "torch:cpu", "--path", "compiled"), StringComparison.Ordinal);
    }
}
