using Fovea.Testing;

namespace Fovea.Torch.Tests;

/// <summary>What is said where the native library is not.</summary>
public sealed class TorchLibraryTests
{
    [Fact]
    public void A_folder_without_the_library_is_named()
    {
        using var folder = new TemporaryFolder();
        string? problem = TorchLibrary.Find(folder.Path);
        Assert.NotNull(problem);
        Assert.Contains(folder.Path, problem, StringComparison.Ordinal);
        Assert.Contains(TorchLibrary.FolderVariable, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_version_is_known()
    {
        Engine.Need();
        Assert.Matches(@"^2\.\d+", TorchLibrary.Version);
    }

    [Fact]
    public void It_has_as_many_threads_as_our_engine()
    {
        Engine.Need();
        int before = Fovea.Simd.Drivers.ParallelPool.Threads;
        try
        {
            Fovea.Simd.Drivers.ParallelPool.Threads = 1;
            TorchLibrary.Load();
            Assert.Equal(1, TorchSharp.torch.get_num_threads());
        }
        finally
        {
            Fovea.Simd.Drivers.ParallelPool.Threads = before;
            TorchLibrary.Load();
        }

        Assert.Equal(before, TorchSharp.torch.get_num_threads());
    }
}
