using System.Diagnostics;
using System.Net;
using Fovea.Cli.Tests.Explaining;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary><c>serve</c>: what it refuses at the start, and that it ends well.</summary>
public sealed class ServeTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Weights_that_are_not_there_are_named() =>
        Assert.Contains("none.safetensors", Cli.Fails(ExitCode.BadData, "serve", _folder.File("none.safetensors"), "--port", "0"), StringComparison.Ordinal);

    [Fact]
    public void What_is_said_of_weights_by_hand_is_for_one_model()
    {
        string one = TinyModels.Write(_folder, "resnet8");
        Assert.Contains("for one model", Cli.Fails(ExitCode.WrongUse, "serve", $"a={one}", $"b={one}", "--model", "resnet8", "--port", "0"), StringComparison.Ordinal);

        // What runs them may be said for all: it is the file that is missing.
        string none = _folder.File("none.safetensors");
        Assert.Contains("none.safetensors", Cli.Fails(ExitCode.BadData, "serve", $"a={none}", $"b={none}", "--device", "torch:cpu", "--port", "0"), StringComparison.Ordinal);
        Assert.Contains("a name of its own", Cli.Fails(ExitCode.WrongUse, "serve", one, one, "--port", "0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_says_where_it_is_asked_and_a_signal_ends_it_well()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no kill to send signals with");
        string weights = TinyModels.Write(_folder, "resnet8");
        using var served = Process.Start(new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "serve", $"tiny={weights}", "--port", "0", "--threads", "1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            string address = (await served.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_patience, TestContext.Current.CancellationToken))!;
            Assert.EndsWith("/v1/models/tiny:predict", address, StringComparison.Ordinal);
            using var client = new HttpClient();
            using var content = new ByteArrayContent(File.ReadAllBytes(TinyModels.Picture(_folder)));
            content.Headers.ContentType = new("image/png");
            using HttpResponseMessage response = await client.PostAsync(address, content, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Contains("flat-coated_retriever", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            using var kill = Process.Start("kill", ["-TERM", $"{served.Id}"]);
            await served.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
            Assert.Equal(ExitCode.Done, served.ExitCode);
        }
        finally
        {
            if (!served.HasExited)
            {
                served.Kill();
            }
        }
    }
}
