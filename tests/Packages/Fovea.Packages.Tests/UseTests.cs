using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Fovea.Imaging.Codecs;
using Fovea.Training.Data;

namespace Fovea.Packages.Tests;

/// <summary>The packages used as people use them: the tool installed into an empty folder, programs built against a feed.</summary>
public sealed class UseTests(Feed feed)
{
    [Fact]
    public async Task The_tool_trains_and_predicts_and_a_web_program_predicts_the_same()
    {
        string folder = feed.Folder("use"), tools = Path.Combine(folder, "tools");
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""
            <configuration><packageSources><clear /><add key="fovea" value="{feed.Packages}" /></packageSources></configuration>
            """);
        await Command.Run("dotnet", folder, feed.Environment, "tool", "install", "Fovea.Tool", "--tool-path", tools, "--version", Feed.Version);
        string fovea = Path.Combine(tools, OperatingSystem.IsWindows() ? "fovea.exe" : "fovea");
        JsonNode version = JsonNode.Parse(await Command.Run(fovea, folder, feed.Environment, "version", "--json"))!;
        Assert.StartsWith("0.1.0", (string)version["fovea"]!, StringComparison.Ordinal);

        string trained = await Command.Run(
            fovea, folder, feed.Environment, "train", "--model", "resnet8", "--epochs", "1", "--fraction", "0.05", "--image-size", "32", "--name", "tiny", "--json");
        Assert.Equal("Completed", (string)JsonNode.Parse(trained)!["outcome"]!);

        string picture = Path.Combine(folder, "picture.png"), weights = Path.Combine(folder, "runs", "classify", "tiny", "best.safetensors");
        ImageCodecs.Save(picture, new ClutterDataset(8, seed: 5).Get(3).Image);
        JsonNode predicted = JsonNode.Parse(await Command.Run(fovea, folder, feed.Environment, "predict", picture, "--weights", weights, "--json"))!;

        JsonArray served = await Served(await feed.Build("AspNet"), weights, picture);
        Assert.Equal((string)predicted["classes"]![0]!["class"]!, (string)served[0]!["class"]!);
        Assert.Equal((double)predicted["classes"]![0]!["probability"]!, (double)served[0]!["probability"]!, 4);
    }

    [Fact]
    public async Task A_console_program_trains_compiles_and_reads_weights()
    {
        string program = await feed.Build("Console");
        string said = await Command.Run("dotnet", program, feed.Environment, "Console.dll");
        Assert.Contains("cbam: [2, 64, 14, 14]", said, StringComparison.Ordinal);
        Assert.Contains("trained: 30 steps", said, StringComparison.Ordinal);
        Assert.Contains("output [1, 8], equal", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(program, "*.so", SearchOption.AllDirectories));
    }

    // Posts the picture, and bytes that are none, to the web program.
    private async Task<JsonArray> Served(string program, string weights, string picture)
    {
        using Process server = Command.Start("dotnet", program, feed.Environment, "AspNet.dll", "--weights", weights, "--urls", "http://127.0.0.1:0");
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        Task<string> error = server.StandardError.ReadToEndAsync(stop.Token);
        try
        {
            const string Says = "Now listening on: ";
            string? line;
            do
            {
                line = await server.StandardOutput.ReadLineAsync(stop.Token);
                if (line is null)
                {
                    Assert.Fail($"the web program ended before it listened: {await error}");
                }
            }
            while (!line.Contains(Says, StringComparison.Ordinal));

            using var client = new HttpClient { BaseAddress = new Uri(line[(line.IndexOf(Says, StringComparison.Ordinal) + Says.Length)..].Trim()) };
            using HttpResponseMessage refused = await client.PostAsync(new Uri("predict", UriKind.Relative), new ByteArrayContent([1, 2, 3]));
            Assert.Equal(400, (int)refused.StatusCode);
            using HttpResponseMessage answer = await client.PostAsync(new Uri("predict", UriKind.Relative), new ByteArrayContent(await File.ReadAllBytesAsync(picture)));
            Assert.Equal(200, (int)answer.StatusCode);
            return (await answer.Content.ReadFromJsonAsync<JsonArray>())!;
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
        }
    }
}
