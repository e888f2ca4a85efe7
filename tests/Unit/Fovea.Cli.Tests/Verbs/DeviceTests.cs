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

    [Theory]
    [InlineData]
    [InlineData("--channels-last", "--deterministic")]
    public void Every_golden_holds_on_libtorch(params string[] how)
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        int cases = Directory.GetFiles(s_goldens, "*.safetensors", SearchOption.AllDirectories).Length;
        Assert.EndsWith($"{2 * cases} of {2 * cases} cases pass{Environment.NewLine}", Cli.Ok(["verify", s_goldens, "--device", "torch:cpu", "--path", "all", .. how]), StringComparison.Ordinal);
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
        string weights = TinyModels.Write(folder, "resnet8", "cbam"), data = Pictures(folder), picture = TinyModels.Picture(folder);

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
    public void Maps_of_explain_and_predict_are_the_same_on_libtorch()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        using var folder = new TemporaryFolder();
        string weights = TinyModels.Write(folder, "resnet8", "cbam"), picture = TinyModels.Picture(folder);
        JsonNode[] ours = Maps("explain", "cpu"), theirs = Maps("explain", "torch:cpu");
        Assert.True(ours.Length > 6, $"{ours.Length} maps");
        Same(ours, theirs);
        Same(Maps("predict", "cpu", "--attention", "grad-cam"), Maps("predict", "torch:cpu", "--attention", "grad-cam"));

        JsonNode[] Maps(string verb, string device, params string[] more)
        {
            string[] subject = verb == "explain" ? ["--image", picture] : [picture];
            JsonNode said = JsonNode.Parse(Cli.Ok([verb, .. subject, "--weights", weights, "--json", "--device", device, "--output", folder.File($"{verb}-{device.Replace(':', '-')}"), .. more]))!;
            return verb == "explain" ? [.. said["pictures"]![0]!["maps"]!.AsArray().Select(m => m!)] : [said["attention"]!];
        }

        // Sums in another order.
        static void Same(JsonNode[] ours, JsonNode[] theirs)
        {
            Assert.Equal(ours.Select(m => $"{m["method"]} {m["site"]}"), theirs.Select(m => $"{m["method"]} {m["site"]}"));
            Assert.All(ours.Zip(theirs), p => Assert.Equal((double)p.First["maximum"]!, (double)p.Second["maximum"]!, 1e-4 * Math.Max(1, Math.Abs((double)p.First["maximum"]!))));
        }
    }

    [Fact]
    public void Candidates_are_trained_and_timed_on_libtorch()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        using var folder = new TemporaryFolder();
        string[] words = ["--data", Pictures(folder), "--model", "resnet8", "--attention", "none,se", "--seeds", "1", "--epochs", "1", "--image-size", "16", "-b", "4", "--output", folder.File("compare")];
        JsonNode said = JsonNode.Parse(Cli.Ok(["compare", .. words, "--json", "--device", "torch:cpu"]).Trim().Split('\n')[^1])!;
        Assert.Equal("torch:cpu", (string)said["device"]!);
        string of = (string)said["folder"]!;
        Assert.Contains("by torch:cpu before the runs", File.ReadAllText(Path.Combine(of, "report.html")), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(of, "log.txt", SearchOption.AllDirectories), log => Assert.Contains("computed by torch:cpu", File.ReadAllText(log), StringComparison.Ordinal));

        // The same command finds it done.
        Assert.Equal(of, (string)JsonNode.Parse(Cli.Ok(["compare", .. words, "--json", "--device", "torch:cpu"]).Trim().Split('\n')[^1])!["folder"]!);
    }

    [Fact]
    public void A_run_begun_on_libtorch_goes_on_here()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        using var folder = new TemporaryFolder();
        string data = Pictures(folder);
        string[] words = ["--data", data, "--model", "se_resnet8", "--image-size", "16", "-b", "4", "--lr", "0.01", "--threads", "1", "--json", "--output", folder.File("runs")];
        JsonNode through = JsonNode.Parse(Cli.Ok(["train", .. words, "--epochs", "2", "--name", "here"]).Trim().Split('\n')[^1])!;
        Cli.Ok(["train", .. words, "--epochs", "1", "--schedule", "constant", "--name", "there", "--device", "torch:cpu", "--precision", "bfloat16"]);
        string run = folder.File("runs/there");
        Assert.Contains("computed by torch:cpu bfloat16", File.ReadAllText(Path.Combine(run, "log.txt")), StringComparison.Ordinal);
        Assert.DoesNotContain("torch", File.ReadAllText(Path.Combine(run, "config.json")), StringComparison.Ordinal);
        JsonNode ended = JsonNode.Parse(Cli.Ok("train", "--resume", run, "--epochs", "2", "--json").Trim().Split('\n')[^1])!;
        Assert.Equal((int)through["epochs"]!, (int)ended["epochs"]!);
        Cli.Ok("train", "--resume", run, "--epochs", "3", "--device", "torch:cpu");
    }

    [Fact]
    public void A_gpu_that_is_not_there_leaves_no_run_behind()
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "there is a GPU");
        using var folder = new TemporaryFolder();
        string error = Cli.Fails(
            ExitCode.WrongUse, "train", "--data", Pictures(folder), "--model", "resnet8", "--image-size", "16", "-b", "4", "--output", folder.File("runs"), "--device", "cuda");
        Assert.Contains("TorchSharp-cuda", error, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(folder.File("runs")) ? Directory.GetDirectories(folder.File("runs")) : []);
    }

    [Theory]
    [InlineData("forward")]
    [InlineData("training")]
    public void A_benchmark_names_the_device(string pass)
    {
        Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
        JsonNode json = JsonNode.Parse(Cli.Ok(
            "bench", "--model", "cbam_resnet8", "--image-size", "16", "--batch", "2", "--runs", "2", "--pass", pass, "--device", "torch:cpu", "--json"))!;
        Assert.Equal("torch:cpu", (string)json["device"]!);
        Assert.Null(json["peakBytes"]);
        Assert.True((double)json["minMs"]! > 0);
        Assert.Contains("one input", Cli.Fails(
            ExitCode.WrongUse, "bench", "--mechanism", "attention_gate", "--shape", "1,16,8,8", "--device", "torch:cpu"), StringComparison.Ordinal);
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

    private static string Pictures(TemporaryFolder folder)
    {
        string data = folder.File("data");
        foreach ((string name, int i) in TinyModels.Classes.SelectMany(c => Enumerable.Range(0, 3).Select(i => (c, i))))
        {
            Directory.CreateDirectory(Path.Combine(data, name));
            TinyModels.Picture(folder, Path.Combine("data", name, $"{i}.png"), 30 + i);
        }

        return data;
    }
}
