// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ChannelManager} from "../src/ChannelManager.sol";
import {Channel, Side, Signature, State} from "../src/ChannelTypes.sol";
import {ChannelTest} from "./ChannelTest.sol";
import {VM} from "./IVm.sol";

/// @notice What was signed for one channel, contract, chain or purpose is worth nothing for another.
contract ReplayTest is ChannelTest {
    Channel private _channel;
    State private _signed;
    Signature private _byA;
    Signature private _byB;

    function setUp() public override {
        super.setUp();
        _channel = _open(60, 40);
        _signed = _state(_channel, 7, 25);
        (_byA, _byB) = (_sign(keyA, _channel, _signed), _sign(keyB, _channel, _signed));
    }

    function test_state_ofAnotherChannelOfTheSameParties_isRefused() external {
        Channel memory other = _open(60, 40);
        _close(other, _state(other, 1, 50));
        VM.expectRevert();
        manager.challenge(other, _signed, _byA, _byB);
        VM.assertEq(manager.records(_id(other)).nonce, 1, "nonce");
    }

    function test_state_ofAnotherContract_isRefused() external {
        ChannelManager old = manager;
        manager = new ChannelManager(OWNER, WINDOW, 1 hours, 1 hours, 1 hours);
        _list(token);
        Channel memory same = _open(60, 40);
        VM.assertEq(keccak256(abi.encode(same)), keccak256(abi.encode(_channel)), "same facts");
        VM.assertTrue(_id(same) != old.channelId(_channel), "another id");
        VM.prank(a);
        VM.expectRevert();
        manager.close(same, _signed, Side.A, 0, _none(), _byB);
    }

    function test_state_onAForkWithAnotherChainId_isRefused() external {
        VM.chainId(block.chainid + 1);
        VM.prank(a);
        // The id names the chain, so this contract has no such channel there.
        VM.expectRevert(abi.encodeWithSelector(ChannelManager.NotOpen.selector, manager.channelId(_channel)));
        manager.close(_channel, _signed, Side.A, 0, _none(), _byB);
    }

    function test_digests_nameTheChain() external {
        bytes32 id = _id(_channel);
        bytes32 here = manager.stateDigest(id, _signed);
        VM.chainId(block.chainid + 1);
        VM.assertTrue(here != manager.stateDigest(id, _signed), "same digest");
    }

    function test_signatures_forOnePurpose_areNoneForAnother() external view {
        bytes32 id = _id(_channel);
        bytes32 hash = manager.stateHash(id, _signed);
        bytes32[5] memory digests = [
            manager.stateDigest(id, _signed),
            manager.closeDigest(hash, 0),
            manager.withdrawalDigest(id, a, 0, 0),
            manager.pullDigest(a, b, 0, 0, 0),
            hash
        ];
        for (uint256 i = 0; i < 5; ++i) {
            for (uint256 j = 0; j < i; ++j) {
                VM.assertTrue(digests[i] != digests[j], "same digest");
            }
        }
    }

    function test_everyFieldOfAState_isSigned() external view {
        bytes32 id = _id(_channel);
        bytes32 hash = manager.stateHash(id, _signed);
        bytes memory words = abi.encode(_signed);
        VM.assertEq(words.length, 13 * 32, "fields");
        for (uint256 i = 0; i < 13; ++i) {
            words[32 * i + 31] ^= 0x01;
            VM.assertTrue(manager.stateHash(id, abi.decode(words, (State))) != hash, "a field is not signed");
            words[32 * i + 31] ^= 0x01;
        }
        VM.assertTrue(manager.stateHash(bytes32(0), _signed) != hash, "the channel is not signed");
    }

    function test_hashes_areThoseOfAbiEncode() external view {
        bytes32 id = keccak256(abi.encode(block.chainid, manager, a, b, token, _channel.counter));
        VM.assertEq(manager.channelId(_channel), id, "id");
        bytes32 typeHash = keccak256(
            "State(bytes32 channel,uint64 nonce,uint256 depositedA,uint256 depositedB,uint256 withdrawnA,uint256 withdrawnB,"
            "uint256 balanceA,uint256 balanceB,uint256 trimmedA,uint256 trimmedB,uint256 lockedA,uint256 lockedB,"
            "bytes32 locksA,bytes32 locksB)"
        );
        VM.assertEq(manager.stateHash(id, _signed), keccak256(abi.encode(typeHash, id, _signed)), "state");
    }
}
