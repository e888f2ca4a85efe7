using System.Text.Json.Nodes;
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

    [Fact]
    public void Without_libtorch_it_says_what_is_missing()
    {
        Assert.SkipWhen(TorchLibrary.IsAvailable, "libtorch is here");
        string error = Cli.Fails(ExitCode.WrongUse, "verify", s_goldens, "--device", "torch:cpu");
        Assert.Contains("TorchSharp-cpu", error, StringComparison.Ordinal);
        Assert.Contains(TorchLibrary.FolderVariable, error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_libtorch_does_not_run_is_refused()
    {
        Assert.Contains("torch:cpu", Cli.Fails(ExitCode.WrongUse, "verify", s_goldens, "--device", "cuda"), StringComparison.Ordinal);
        Assert.Contains("--path", Cli.Fails(ExitCode.WrongUse, "verify", s_goldens, "--device", "torch:cpu", "--path", "compiled"), StringComparison.Ordinal);
    }
}
