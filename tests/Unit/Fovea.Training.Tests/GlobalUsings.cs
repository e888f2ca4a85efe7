global using Fovea.Testing;
