using Fovea.Testing;

namespace Fovea.Torch.Tests;

/// <summary>libtorch for a test, or the word that it is not there.</summary>
internal static class Engine
{
    static Engine() => LibTorch.Find();

    /// <summary>Skips the test that calls it where there is no libtorch.</summary>
    public static void Need() => Assert.SkipUnless(TorchLibrary.IsAvailable, $"{LibTorch.Missing}: {TorchLibrary.Problem}");
}
