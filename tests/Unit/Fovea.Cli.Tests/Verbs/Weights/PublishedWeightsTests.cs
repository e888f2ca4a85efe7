using System.Text.Json.Nodes;
using Fovea.Testing;

namespace Fovea.Cli.Tests.Verbs;

/// <summary>Published weights on real images give the numbers that PyTorch gave: count for count, logit for logit.</summary>
public sealed class PublishedWeightsTests
{
    [Fact]
    public void ResNet20_on_the_validation_images_of_CIFAR10()
    {
        string? weights = SharedData.Path("weights/resnet20-cifar10.th");
        string? expectation = SharedData.Path("weights/resnet20-cifar10.expected.json");
        string? data = SharedData.Path("data/cifar10/val.tar.gz");
        if (weights is null || expectation is null || data is null)
        {
            Assert.Skip(SharedData.Missing);
        }

        using var folder = new TemporaryFolder();
        string logits = folder.File("logits.json");
        JsonNode result = JsonNode.Parse(Cli.Ok("eval", "--model", "resnet20-cifar", "--weights", weights, "--data", data, "--logits", logits, "--json"))!;
        JsonNode expected = JsonNode.Parse(File.ReadAllText(expectation))!;
        Assert.Equal((int)expected["images"]!, (int)result["images"]!);
        Assert.InRange((int)result["top1Correct"]!, (int)expected["top1_correct"]! - 5, (int)expected["top1_correct"]! + 5);

        JsonObject actual = JsonNode.Parse(File.ReadAllText(logits))!.AsObject();
        Assert.Equal(5000, actual.Count);
        foreach ((string name, JsonNode? values) in expected["logits"]!.AsObject())
        {
            Assert.All(values!.AsArray().Zip(actual[name]!.AsArray()), pair => Assert.Equal((double)pair.First!, (double)pair.Second!, 0.01));
        }
    }
}
